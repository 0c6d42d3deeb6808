"""From the questionnaire files to published rows: once published, a version never changes."""

import hashlib
import json
import logging
from dataclasses import dataclass, field
from typing import Any

from django.apps import AppConfig
from django.db import connections, transaction
from django.utils.translation import gettext as _

from errors import Conflict
from experts.conventions.texts import publish_texts
from experts.models import ConventionText, Pathology, Questionnaire
from experts.questionnaires.format import COMMON, Body
from experts.questionnaires.library import codes, index, load, versions

logger = logging.getLogger(__name__)


@dataclass
class Publication:
    """What a publication did.

    Args:
        published: questionnaires that are new, as "code vN".
        unchanged: how many were already published as they are.
        changed: those whose file differs from what was published under the same version.
    """

    published: list[str] = field(default_factory=list)
    unchanged: int = 0
    changed: list[str] = field(default_factory=list)


def fingerprint(body: Body) -> str:
    """SHA-256 of a questionnaire as canonical JSON (sorted keys, no spaces, UTF-8), in hexadecimal."""
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def publish_pathologies() -> None:
    """Bring names, plain words and search words up to what `index.json` says; opened or closed is left alone."""
    for entry in index():
        Pathology.objects.update_or_create(
            code=entry["code"],
            defaults={
                "name_fr": entry["name"]["fr"],
                "name_en": entry["name"]["en"],
                "plain_fr": entry["plain"]["fr"],
                "plain_en": entry["plain"]["en"],
                "terms": {kind: entry[kind] for kind in ("synonyms", "misspellings", "symptoms")},
            },
        )


def publish_all() -> Publication:
    """Publish every version that is not published yet. Twice is quiet.

    Returns:
        what was done; a file that changed under a published version is named and left out.
    """
    done = Publication()
    with transaction.atomic():
        publish_pathologies()
        pathologies = {pathology.code: pathology for pathology in Pathology.objects.all()}
        known = {
            (code, version): sha256
            for code, version, sha256 in Questionnaire.objects.values_list("code", "version", "sha256")
        }
        for code in codes():
            if code != COMMON and code not in pathologies:
                # Its folder is there before its entry in the index: not offered yet.
                continue
            for version in versions(code):
                body = load(code, version)
                sha256, before = fingerprint(body), known.get((code, version))
                if before is None:
                    Questionnaire(
                        code=code, pathology=pathologies.get(code), version=version, body=body, sha256=sha256
                    ).save()
                    done.published.append(f"{code} v{version}")
                elif before == sha256:
                    done.unchanged += 1
                else:
                    done.changed.append(f"{code} v{version}")
    return done


def require_unchanged(done: Publication) -> None:
    """Refuse a changed file whose version is published.

    Raises:
        Conflict: names the files and what to do.
    """
    if done.changed:
        raise Conflict(
            _("These questionnaires differ from what was published under the same version: %(names)s.")
            % {"names": ", ".join(done.changed)},
            _("Put the file back as it was, and write the correction into a file with the next version."),
        )


def after_migrate(sender: AppConfig, using: str = "default", **_options: Any) -> None:
    """Publish after each `migrate`, so that a new instance can start.

    A changed file is only said here: `publish_questionnaires`, which a release runs next, refuses it.
    """
    if using == "default" and Questionnaire._meta.db_table in connections[using].introspection.table_names():
        if ConventionText._meta.db_table in connections[using].introspection.table_names():
            publish_texts()
        done = publish_all()
        if done.changed:
            logger.error("changed under a published version, left as published: %s", ", ".join(done.changed))
