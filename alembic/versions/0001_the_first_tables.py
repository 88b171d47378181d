"""The first tables: people, lists, consent, campaigns and their deliveries.

Revision: 0001, the first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(12)
"""One of a few words, such as a state; which ones the models say."""


def upgrade() -> None:
    people_and_lists()
    campaigns_and_deliveries()


def downgrade() -> None:
    tables = "feedback deliveries batches renderings campaigns suppressions consents subscriptions mailing_lists subscribers"
    for table in tables.split():
        op.drop_table(table)


def people_and_lists() -> None:
    op.create_table(
        "subscribers",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.String(35)),
        sa.Column("attributes", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subscribers"),
        sa.UniqueConstraint("address", name="uq_subscribers_address"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "mailing_lists",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("slug", sa.String(60), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("reply_to", sa.Text()),
        sa.Column("opt_in", WORD, server_default="double", nullable=False),
        sa.Column("public", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("language", sa.String(35), server_default="en", nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mailing_lists"),
        sa.UniqueConstraint("slug", name="uq_mailing_lists_slug"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "subscriptions",
        sa.Column("subscriber_id", BIG_ID, nullable=False),
        sa.Column("list_id", BIG_ID, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["mailing_lists.id"], name="fk_subscriptions_list_id"),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscribers.id"], name="fk_subscriptions_subscriber_id"),
        sa.PrimaryKeyConstraint("subscriber_id", "list_id", name="pk_subscriptions"),
    )
    op.create_index("ix_subscriptions_list_id_state", "subscriptions", ["list_id", "state"])
    op.create_table(
        "consents",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("subscriber_id", BIG_ID, nullable=False),
        sa.Column("list_id", BIG_ID, nullable=False),
        sa.Column("what", sa.String(12), nullable=False),
        sa.Column("how", sa.String(20), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["mailing_lists.id"], name="fk_consents_list_id"),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscribers.id"], name="fk_consents_subscriber_id"),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index("ix_consents_subscriber_id", "consents", ["subscriber_id"])
    op.create_table(
        "suppressions",
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.Column("why", WORD, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_suppressions"),
    )


def campaigns_and_deliveries() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("slug", sa.String(60), nullable=False),
        sa.Column("list_id", BIG_ID, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("article_name", sa.Text(), nullable=False),
        sa.Column("article_source", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("frozen_at", MOMENT),
        sa.Column("scheduled_at", MOMENT),
        sa.Column("finished_at", MOMENT),
        sa.Column("pause_reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["mailing_lists.id"], name="fk_campaigns_list_id"),
        sa.PrimaryKeyConstraint("id", name="pk_campaigns"),
        sa.UniqueConstraint("slug", name="uq_campaigns_slug"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "renderings",
        sa.Column("campaign_id", BIG_ID, nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("preheader", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_renderings_campaign_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("campaign_id", "language", name="pk_renderings"),
    )
    op.create_table(
        "batches",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("campaign_id", BIG_ID, nullable=False),
        sa.Column("first_position", sa.Integer(), nullable=False),
        sa.Column("last_position", sa.Integer(), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("worker", sa.String(64)),
        sa.Column("leased_until", MOMENT),
        sa.Column("due_at", MOMENT),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_batches_campaign_id"),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_batches_campaign_id_state_due_at", "batches", ["campaign_id", "state", "due_at"])
    op.create_table(
        "deliveries",
        sa.Column("campaign_id", BIG_ID, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subscriber_id", BIG_ID, nullable=False),
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("state", WORD, server_default="queued", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("code", sa.Integer()),
        sa.Column("reply", sa.Text()),
        sa.Column("settled_at", MOMENT),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_deliveries_campaign_id"),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscribers.id"], name="fk_deliveries_subscriber_id"),
        sa.PrimaryKeyConstraint("campaign_id", "position", name="pk_deliveries"),
        sa.UniqueConstraint("campaign_id", "subscriber_id", name="uq_deliveries_campaign_id_subscriber_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "feedback",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("event_key", sa.String(200), nullable=False),
        sa.Column("campaign_id", BIG_ID),
        sa.Column("position", sa.Integer()),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("status", sa.String(20), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id", "position"], ["deliveries.campaign_id", "deliveries.position"], name="fk_feedback_campaign_id_position"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
        sa.UniqueConstraint("event_key", name="uq_feedback_event_key"),
    )
    op.create_index("ix_feedback_campaign_id_position", "feedback", ["campaign_id", "position"])
