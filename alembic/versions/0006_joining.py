"""People join by themselves, pause, and can be forgotten: the notes that are owed to them, and how often somebody asked.

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
KIND = sa.String(12)


def upgrade() -> None:
    op.add_column("subscribers", sa.Column("erased_at", MOMENT, nullable=True))
    op.add_column("subscriptions", sa.Column("paused_until", MOMENT, nullable=True))
    op.create_table(
        "notes",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("state", KIND, server_default="queued", nullable=False),
        sa.Column("list_id", BIG_ID, nullable=True),
        sa.Column("subscriber_id", BIG_ID, nullable=True),
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.String(35), nullable=True),
        sa.Column("evidence", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("worker", sa.String(64), nullable=True),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
        sa.ForeignKeyConstraint(["list_id"], ["mailing_lists.id"], name="fk_notes_list_id"),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscribers.id"], name="fk_notes_subscriber_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notes_state_due_at", "notes", ["state", "due_at"])
    op.create_index("ix_notes_subscriber_id", "notes", ["subscriber_id"])
    op.create_table(
        "knocks",
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.Column("hour", MOMENT, nullable=False),
        sa.Column("times", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("digest", "hour", name="pk_knocks"),
    )


def downgrade() -> None:
    op.drop_table("knocks")
    op.drop_table("notes")
    op.drop_column("subscriptions", "paused_until")
    op.drop_column("subscribers", "erased_at")
