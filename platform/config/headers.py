"""Headers that tell browsers what our pages may do, and caches what they may keep."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

# No page of ours uses any of these; a script that got in could not either.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "autoplay",
        "camera",
        "display-capture",
        "encrypted-media",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "picture-in-picture",
        "publickey-credentials-get",
        "screen-wake-lock",
        "usb",
        "xr-spatial-tracking",
    )
)
EDITING_PREFIX = "/cms/"


class SecurityHeadersMiddleware(MiddlewareMixin):
    """Adds what Django does not: resource policies, permissions, and no-store on whatever belongs to a session."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Set each header; a view may set a stricter resource policy, never a laxer cache."""
        editing = request.path_info.startswith(EDITING_PREFIX)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if not editing:
            response.headers.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
        # Asked of the cookies and not of the user: no query, and the pages between password and code count too.
        cookie = settings.SESSION_COOKIE_NAME
        in_session = cookie in request.COOKIES or cookie in response.cookies
        if in_session and not request.path_info.startswith(settings.STATIC_URL):
            response.headers["Cache-Control"] = "no-store, private"
        return response


class ContentPolicyMiddleware(CSPMiddleware):
    """The strict policy everywhere; inline scripts and styles only where Wagtail's editor needs them."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        """The policy of this answer."""
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith(EDITING_PREFIX):
            parts.update = {
                "script-src": [UNSAFE_INLINE],
                "style-src": [UNSAFE_INLINE],
                "img-src": ["blob:"],
                "frame-src": [SELF],
            }
            parts.replace = {"frame-ancestors": [SELF]}
        return parts
