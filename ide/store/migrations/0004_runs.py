from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

# What runs were limited to before these limits had settings of their own; old rows say so too.
NEW_LIMITS = {"cpu_seconds": 10, "file_bytes": 64_000_000, "files": 4_096}


def say_more(apps: Any, schema_editor: Any) -> None:
    """Give old runs their kind and the limits that they did not name."""
    run = apps.get_model("store", "Run")
    run.objects.filter(tests_only=True).update(kind="tests")
    for row in run.objects.only("id", "limits").iterator():
        run.objects.filter(pk=row.pk).update(limits=NEW_LIMITS | row.limits)


def place_tests(apps: Any, schema_editor: Any) -> None:
    """Give old results the file and the names that stood in their ids alone."""
    run = apps.get_model("store", "Run")
    for row in run.objects.filter(kind="tests").only("id", "tests").iterator():
        for test in row.tests:
            test["path"], *test["names"] = test["id"].split("::")
        run.objects.filter(pk=row.pk).update(tests=row.tests)


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
        migrations.RunPython(place_tests, migrations.RunPython.noop),
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
