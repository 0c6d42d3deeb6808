"""The expert's own questions and documents about a pathology: written, previewed, published, retired by the desk."""
