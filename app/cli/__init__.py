"""The command line: set up, serve, vet, keys, imports, policy, models, audit."""

from __future__ import annotations

import typer

from app.cli import access, backing_up, files, keeping, measuring, running, schools, setting_up, trying

app = typer.Typer(
    name="fledgling",
    help="The gate that a school's draft post passes before it reaches Twitter/X.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("init")(setting_up.init)
app.command("migrate")(setting_up.migrate)
app.command("serve")(running.serve)
app.command("worker")(running.worker)
app.command("demo")(running.demo)
app.command("docs")(running.docs)
app.command("vet")(trying.vet)
app.command("accuracy")(measuring.accuracy)
app.command("purge")(keeping.purge)
app.command("backup")(backing_up.backup)
app.command("restore")(backing_up.restore)
app.add_typer(access.keys_app, name="key")
app.add_typer(schools.schools_app, name="school")
app.add_typer(access.people_app, name="person")
app.add_typer(files.import_app, name="import")
app.add_typer(keeping.erase_app, name="erase")
app.add_typer(keeping.export_app, name="export")
app.add_typer(files.policy_app, name="policy")
app.add_typer(setting_up.models_app, name="models")
app.add_typer(setting_up.audit_app, name="audit")
