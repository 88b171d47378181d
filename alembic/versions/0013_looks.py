"""Openings and followed links, counted without names, for lists whose organiser turned that on.

Revision: 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("mailing_lists", sa.Column("counts", sa.Boolean(), server_default="0", nullable=False))
    op.create_table(
        "looks",
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("link", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_looks_campaign_id")),
        sa.PrimaryKeyConstraint("campaign_id", "link", "hour", name=op.f("pk_looks")),
    )


def downgrade() -> None:
    op.drop_table("looks")
    op.drop_column("mailing_lists", "counts")
