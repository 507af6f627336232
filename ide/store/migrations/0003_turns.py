from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0002_rooms'),
    ]

    operations = [
        migrations.AddField(
            model_name='turn',
            name='sent',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='hunk',
            name='superseded',
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name='hunk',
            index=models.Index(fields=['state'], name='store_hunk_state_9ace94_idx'),
        ),
        migrations.CreateModel(
            name='ModelMeasure',
            fields=[
                ('model', models.CharField(max_length=80, primary_key=True, serialize=False)),
                ('turns', models.PositiveIntegerField(default=0)),
                ('edits', models.PositiveIntegerField(default=0)),
                ('edits_landed', models.PositiveIntegerField(default=0)),
                ('input_tokens', models.BigIntegerField(default=0)),
                ('output_tokens', models.BigIntegerField(default=0)),
                ('first_token_ms', models.JSONField(default=list)),
                ('tokens_per_second', models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name='TokenDay',
            fields=[
                ('day', models.CharField(max_length=10, primary_key=True, serialize=False)),
                ('used', models.BigIntegerField(default=0)),
            ],
        ),
    ]
