"""`{% load spaces %}`: addresses in the space the page was opened in."""

from typing import Any

from django import template

from cases.patient.start.spaces import space_of
from ui.typography import phone_words

register = template.Library()


@register.simple_tag(takes_context=True)
def here(context: template.Context, name: str, *args: Any) -> str:
    """`{% here "prepare" case.pk %}`: the page of that name, in the patient's space or at the desk."""
    return space_of(context["request"]).url(name, *args)


register.filter("phone_words", phone_words)
