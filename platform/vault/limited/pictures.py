"""Page images as the parent gets them."""

import io
from typing import Any

from PIL import Image, WebPImagePlugin  # noqa: F401

# Everything is loaded now: nothing can be once the child is confined.
Image.preinit()


def webp(image: Image.Image, quality: int) -> bytes:
    """Encode without any metadata."""
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=quality, method=3)
    return buffer.getvalue()


def png(image: Image.Image) -> bytes:
    """Encode without loss and without any metadata."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def narrow(image: Image.Image, width: int) -> Image.Image:
    """The image, at most that wide."""
    if image.width <= width:
        return image
    return image.resize((width, max(1, image.height * width // image.width)), Image.Resampling.LANCZOS)


def facts(image: Image.Image, number: int, total: int, media_type: str) -> dict[str, Any]:
    """What goes with one page image: its number from 1, how many pages there are, its size in pixels, its type."""
    return {"number": number, "of": total, "width": image.width, "height": image.height, "type": media_type}
