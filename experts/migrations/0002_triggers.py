"""Published questionnaires become unchangeable inside the database; `experts.triggers` puts this back after every migration."""

from django.db import migrations

# Written out, not imported: a migration does not depend on code that may change.
_SAYS = "a published questionnaire never changes"
_RULES = (("experts_questionnaire_update", "UPDATE"), ("experts_questionnaire_delete", "DELETE"))


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE OR REPLACE FUNCTION experts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" RAISE EXCEPTION '{_SAYS}' USING ERRCODE = 'restrict_violation'; END $$"
        )
        body = "FOR EACH ROW EXECUTE FUNCTION experts_refuse()"
        schema_editor.execute(
            "CREATE TRIGGER experts_questionnaire_truncate BEFORE TRUNCATE ON experts_questionnaire"
            " FOR EACH STATEMENT EXECUTE FUNCTION experts_refuse()"
        )
    else:
        body = f"BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END"
    for name, operation in _RULES:
        schema_editor.execute(f"CREATE TRIGGER {name} BEFORE {operation} ON experts_questionnaire {body}")


def drop(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    names = [name for name, _operation in _RULES] + (["experts_questionnaire_truncate"] if postgresql else [])
    for name in names:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}" + (" ON experts_questionnaire" if postgresql else ""))
    if postgresql:
        schema_editor.execute("DROP FUNCTION IF EXISTS experts_refuse()")


class Migration(migrations.Migration):
    """Triggers against UPDATE, DELETE and TRUNCATE."""

    dependencies = [("experts", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
