// Pro Santé Connect as tests need it: a certified OpenID provider on loopback, with its addresses, lifetimes and claims.
// Whoever logs in says himself, in `?as=`, what is answered about him (JSON).  Prints its issuer once it listens.
import http from "node:http";

import { Provider } from "oidc-provider";

const { CLIENT_ID, CLIENT_SECRET, SITE } = process.env;
const people = new Map();
const server = http.createServer();
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const realm = "/auth/realms/esante-wallet";
const issuer = `http://127.0.0.1:${server.address().port}${realm}`;
const at = (name) => `/protocol/openid-connect/${name}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      redirect_uris: [`${SITE}/connexion/pro-sante-connect/retour/`],
      post_logout_redirect_uris: [`${SITE}/deconnexion/pro-sante-connect/`],
      token_endpoint_auth_method: "client_secret_post",
      require_auth_time: true,
    },
  ],
  scopes: ["openid", "scope_all"],
  claims: {
    openid: ["sub", "auth_time", "acr"],
    scope_all: ["SubjectNameID", "SubjectRefPro", "Palier_Authentification", "family_name"],
  },
  acrValues: ["eidas1", "eidas2", "eidas3", "eidas0"],
  pkce: { required: () => true },
  ttl: { AccessToken: 120, AuthorizationCode: 60, IdToken: 120, Session: 4 * 3600, Grant: 4 * 3600, Interaction: 600 },
  features: {
    devInteractions: { enabled: false },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => { ctx.body = form; },
    },
  },
  routes: {
    authorization: "/auth", token: at("token"), userinfo: at("userinfo"), end_session: at("logout"), jwks: at("certs"),
  },
  interactions: { url: (_ctx, interaction) => `${realm}/interaction/${interaction.uid}` },
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...people.get(id) }) }),
  cookies: { keys: ["only-for-tests"] },
});
// Strict, as the real one: each request carries what it must.
provider.use(async (ctx, next) => {
  const asked = new URL(ctx.href).searchParams;
  const whole = ["state", "nonce", "code_challenge"].every((name) => asked.get(name));
  const right = asked.get("acr_values") === "eidas1" && asked.get("scope") === "openid scope_all";
  if (ctx.path === "/auth" && !(whole && right)) ctx.throw(400);
  await next();
});

async function interact(request, response) {
  const asked = new URL(request.url, issuer).searchParams;
  if (asked.get("error")) {
    return provider.interactionFinished(request, response, { error: asked.get("error") });
  }
  if (!asked.get("as")) {
    return response.end("Who are you?");
  }
  const { params } = await provider.interactionDetails(request, response);
  const { acr, ...told } = JSON.parse(asked.get("as"));
  const id = `f:550dc1c8:${told.SubjectNameID}`;
  people.set(id, told);
  const grant = new provider.Grant({ accountId: id, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const login = { accountId: id, acr: acr ?? "eidas1", remember: true };
  return provider.interactionFinished(request, response, { login, consent: { grantId: await grant.save() } });
}

const answer = provider.callback();
server.on("request", (request, response) => {
  // The name of this document is not the usual one there.
  request.url = request.url.replace("wallet-openid-configuration", "openid-configuration");
  if (request.url.startsWith(`${realm}/interaction/`)) {
    interact(request, response).catch((error) => response.writeHead(500).end(String(error)));
    return;
  }
  request.originalUrl = request.url;
  request.url = request.url.replace(realm, "") || "/";
  answer(request, response);
});
// It ends with whoever started it, however he ends.
process.stdin.on("end", () => process.exit()).resume();
console.log(issuer);
