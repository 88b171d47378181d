"""Tokens by which a vendor signed a webhook, and the one event for which each is good.

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "used_tokens",
        sa.Column("token", sa.String(length=120), nullable=False),
        sa.Column("event_key", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_used_tokens")),
    )
    op.create_index(op.f("ix_used_tokens_at"), "used_tokens", ["at"])


def downgrade() -> None:
    op.drop_table("used_tokens")
