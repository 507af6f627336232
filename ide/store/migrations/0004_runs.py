from __future__ import annotations

from typing import Any

from django.db import migrations, models

# What runs were limited to before these limits had settings of their own; old rows say so too.
NEW_LIMITS = {"cpu_seconds": 10, "file_bytes": 64_000_000, "files": 4_096}


def say_more(apps: Any, schema_editor: Any) -> None:
    """Give old runs their kind and the limits that they did not name."""
    run = apps.get_model("store", "Run")
    run.objects.filter(tests_only=True).update(kind="tests")
    for row in run.objects.only("id", "limits").iterator():
        run.objects.filter(pk=row.pk).update(limits=NEW_LIMITS | row.limits)


class Migration(migrations.Migration):
    dependencies = [("store", "0003_turns")]

    operations = [
        migrations.AddField(
            "run",
            "kind",
            models.CharField(
                choices=[("program", "program"), ("tests", "tests"), ("page", "page"), ("debug", "debug")],
                default="program",
                max_length=7,
            ),
            preserve_default=False,
        ),
        migrations.RunPython(say_more, migrations.RunPython.noop),
        migrations.RemoveField("run", "tests_only"),
        migrations.AddField("run", "begun_at", models.BigIntegerField(null=True)),
        migrations.AddField("run", "cpu_seconds", models.FloatField(null=True)),
        migrations.AddField("run", "memory_bytes", models.BigIntegerField(null=True)),
        migrations.AddField("run", "output_bytes", models.BigIntegerField(default=0)),
        migrations.AddField("run", "made", models.JSONField(default=list)),
    ]
