"""Campaigns that went out and that a copy of the database lacks, which was put back: their names stay taken.

Revision: 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lost_campaigns",
        sa.Column("slug", sa.String(60), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_lost_campaigns")),
    )


def downgrade() -> None:
    op.drop_table("lost_campaigns")
