"""The few drawings of the interface, as inline SVG that takes the colour of the words beside it."""

from django.utils.safestring import SafeString, mark_safe

# Drawn on a 20 × 20 grid with a stroke of 1.75.
_PATHS = {
    "alert": '<path d="M10 3 2.5 16.5h15zM10 8v4M10 14.4v.1"/>',
    "arrow-left": '<path d="M16 10H4m5-5-5 5 5 5"/>',
    "arrow-right": '<path d="M4 10h12m-5-5 5 5-5 5"/>',
    "calendar": '<path d="M3.5 5h13v12h-13zM3.5 8.5h13M7 3v3.5M13 3v3.5"/>',
    "check": '<path d="m4 10.5 4 4 8-9"/>',
    "clock": '<circle cx="10" cy="10" r="7"/><path d="M10 6v4.2l2.8 1.8"/>',
    "close": '<path d="m5 5 10 10M15 5 5 15"/>',
    "download": '<path d="M10 3v9.5m-4-4 4 4 4-4M3.5 16.5h13"/>',
    "eye": '<path d="M1.8 10S4.8 4.8 10 4.8s8.2 5.2 8.2 5.2-3 5.2-8.2 5.2S1.8 10 1.8 10z"/>'
    '<circle cx="10" cy="10" r="2.3"/>',
    "file": '<path d="M5 2.5h6.5L15.5 6.5v11H5zM11.3 2.7v4h4"/>',
    "image": '<path d="M3 4h14v12H3zM3 13.5l4-4 3.5 3.5 2.5-2.5 4 4"/><circle cx="12.8" cy="7.6" r="1.2"/>',
    "info": '<circle cx="10" cy="10" r="7"/><path d="M10 9.2V14M10 6.3v.1"/>',
    "lock": '<path d="M4.5 9h11v8h-11zM7 9V6.3a3 3 0 0 1 6 0V9"/>',
    "mail": '<path d="M2.5 4.5h15v11h-15zM2.8 5l7.2 6 7.2-6"/>',
    "menu": '<path d="M3 5.5h14M3 10h14M3 14.5h14"/>',
    "message": '<path d="M3 4h14v9.5H9L5 17v-3.5H3z"/>',
    "pause": '<path d="M7 5v10M13 5v10"/>',
    "pen": '<path d="m3.5 16.5.8-3.6L13.6 3.6l2.8 2.8-9.3 9.3zM11.7 5.5l2.8 2.8"/>',
    "person": '<circle cx="10" cy="6.8" r="3.3"/><path d="M3.8 17c.6-3.6 3-5.4 6.2-5.4s5.6 1.8 6.2 5.4"/>',
    "phone": '<path d="M4.2 3h3l1.5 4-2 1.6'
    'a10 10 0 0 0 4.7 4.7l1.6-2 4 1.5v3c0 .7-.5 1.2-1.2 1.2A13 13 0 0 1 3 4.2C3 3.5 3.5 3 4.2 3z"/>',
    "plus": '<path d="M10 4v12M4 10h12"/>',
    "print": '<path d="M5.5 7.5V3h9v4.5M5.5 14H3V7.5h14V14h-2.5M5.5 11.5h9V17h-9z"/>',
    "search": '<circle cx="8.8" cy="8.8" r="5.3"/><path d="m12.8 12.8 4.2 4.2"/>',
    "upload": '<path d="M10 12.5V3M6 7l4-4 4 4M3.5 16.5h13"/>',
}
NAMES = tuple(_PATHS)


def draw_icon(name: str) -> SafeString:
    """The inline SVG of an icon, hidden from screen readers: words always stand beside it.

    Raises:
        KeyError: there is no such icon.
    """
    return mark_safe(  # noqa: S308 (constant drawings)
        '<svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">'
        f"{_PATHS[name]}</svg>"
    )


def draw_circles(css_class: str) -> SafeString:
    """Two looks on one file: two circles whose overlap is filled (logo, and the step «now» of a path).

    Args:
        css_class: class of the drawing; the stylesheet colours it for both schemes.
    """
    return mark_safe(  # noqa: S308 (constant drawings)
        f'<svg class="{css_class}" viewBox="0 0 36 24" aria-hidden="true" focusable="false">'
        '<path class="lens" d="M18 4a10 10 0 0 1 0 16 10 10 0 0 1 0-16z"/>'
        '<circle class="second" cx="24" cy="12" r="10"/><circle class="first" cx="12" cy="12" r="10"/></svg>'
    )
