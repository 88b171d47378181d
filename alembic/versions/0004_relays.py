"""Several relays with limits that all workers share, and batches that know since when they have been deferred.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("batches", sa.Column("deferred_since", MOMENT, nullable=True))
    op.create_table(
        "relays_in_use",
        sa.Column("worker", sa.String(64), nullable=False),
        sa.Column("relay", sa.String(40), nullable=False),
        sa.Column("campaign_id", BIG_ID, nullable=False),
        sa.Column("connections", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("per_second", sa.Double(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("worker", "relay", name="pk_relays_in_use"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_relays_in_use_campaign_id"),
    )
    op.create_table(
        "allowances",
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("free_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_allowances"),
    )
    op.create_table(
        "allowances_taken",
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("minute", sa.BigInteger(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", "minute", name="pk_allowances_taken"),
    )


def downgrade() -> None:
    for table in ("allowances_taken", "allowances", "relays_in_use"):
        op.drop_table(table)
    with op.batch_alter_table("batches") as batches:
        batches.drop_column("deferred_since")
