from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

# What runs were limited to before these limits had settings of their own; old rows say so too.
NEW_LIMITS = {"cpu_seconds": 10, "file_bytes": 64_000_000, "files": 4_096}


def say_more(apps: Any, schema_editor: Any) -> None:
    """Give old runs their kind and the limits that they did not name, and old results of tests their file and names."""
    run = apps.get_model("store", "Run")
    for row in run.objects.only("id", "limits", "tests", "tests_only").iterator():
        for test in row.tests:
            test["path"], *test["names"] = test["id"].split("::")
        kind = "tests" if row.tests_only else "program"
        run.objects.filter(pk=row.pk).update(kind=kind, limits=NEW_LIMITS | row.limits, tests=row.tests)
    if schema_editor.connection.vendor == "postgresql":
        # A table with checks that are still due cannot be altered.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


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
        migrations.AddField("turn", "run", models.CharField(max_length=32, null=True)),
        migrations.AddField("run", "only", models.JSONField(default=list)),
        migrations.CreateModel(
            name="TestBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tests", models.JSONField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="test_batches", to="store.run"
                    ),
                ),
            ],
        ),
        migrations.AddField("run", "begun_at", models.BigIntegerField(null=True)),
        migrations.AddField("run", "sent_at", models.BigIntegerField(default=0)),
        migrations.AddField("run", "cpu_seconds", models.FloatField(null=True)),
        migrations.AddField("run", "memory_bytes", models.BigIntegerField(null=True)),
        migrations.AddField("run", "output_bytes", models.BigIntegerField(default=0)),
        migrations.AddField("run", "made", models.JSONField(default=list)),
        migrations.AddField("run", "page", models.JSONField(null=True)),
        migrations.AddField("run", "debug", models.JSONField(null=True)),
        migrations.AddField("run", "left_out", models.PositiveIntegerField(default=0)),
        migrations.CreateModel(
            name="Result",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hash", models.CharField(max_length=64)),
                ("bytes", models.PositiveIntegerField()),
                ("data", models.BinaryField()),
                ("used_at", models.BigIntegerField()),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="results", to="store.room"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("room", "hash"), name="one_result_a_hash")],
            },
        ),
    ]
