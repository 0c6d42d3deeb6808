// The MDN HTTP Observatory on a server of this machine: node observatory.js HTTP_PORT HTTPS_PORT HOST, then on standard
// input a JSON list of [path, cookie]. Prints a JSON list of {path, status, score, passed, tests, failed}.
import fs from "node:fs";
import http from "node:http";
import https from "node:https";

const [plain, secure, host] = process.argv.slice(2);
const home = new URL("./node_modules/@mdn/mdn-http-observatory/", import.meta.url);
// Its set-up would fetch these lists; none of our hosts stands in them.
for (const [file, content] of [["hsts-preload.json", "{}"], ["tld-list.json", '["example"]']])
  fs.writeFileSync(new URL(`conf/${file}`, home), content);
// Pages keep their real address, ports 80 and 443 included; only the connection goes to this machine.
for (const [agent, port] of [[http.Agent, plain], [https.Agent, secure]]) {
  const connect = agent.prototype.createConnection;
  agent.prototype.createConnection = function (options, done) {
    return connect.call(this, { ...options, host: "127.0.0.1", port: Number(port), servername: host }, done);
  };
}
const { retrieve } = await import(new URL("src/retriever/retriever.js", home));
const { ALL_TESTS } = await import(new URL("src/constants.js", home));
const { MINIMUM_SCORE_FOR_EXTRA_CREDIT } = await import(new URL("src/grader/charts.js", home));
const { getScoreModifier } = await import(new URL("src/grader/grader.js", home));

// As src/scanner/index.js adds up, which takes neither a path nor a cookie and refuses an error page.
const judged = [];
for (const [path, cookie] of JSON.parse(fs.readFileSync(0, "utf8"))) {
  const headers = ["Accept: text/html", ...(cookie ? [`Cookie: ${cookie}`] : [])];
  const answers = await retrieve(host, { path, headers });
  const results = ALL_TESTS.map((test) => test(answers));
  const points = results.map((result) => getScoreModifier(result.result));
  const base = 100 + points.filter((each) => each < 0).reduce((sum, each) => sum + each, 0);
  const score = base >= MINIMUM_SCORE_FOR_EXTRA_CREDIT ? 100 + points.reduce((sum, each) => sum + each, 0) : base;
  judged.push({
    path,
    status: answers.responses.auto?.status ?? 0,
    score,
    passed: results.filter((result) => result.pass).length,
    tests: results.length,
    failed: results.filter((result) => !result.pass).map((result) => `${result.constructor.name}: ${result.result}`),
  });
}
console.log(JSON.stringify(judged));
process.exit(0);
