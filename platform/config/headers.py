"""Headers that tell browsers what our pages may do, and caches what they may keep."""

from csp.middleware import CSPMiddleware, PolicyParts
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
        "web-share",
        "xr-spatial-tracking",
    )
)
EDITING_PREFIX = "/cms/"


class SecurityHeadersMiddleware(MiddlewareMixin):
    """Adds what Django does not: resource policy, permissions, and no-store on whatever a logged-in person sees."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Set each header unless the view has set a stricter one of its own."""
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
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
                "script-src": ["'unsafe-inline'"],
                "style-src": ["'unsafe-inline'"],
                "img-src": ["blob:"],
                "frame-src": ["'self'"],
            }
            parts.replace = {"frame-ancestors": ["'self'"]}
        return parts
