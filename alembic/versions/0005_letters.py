"""The files of campaigns that have several, in as many languages; the campaign that a reminder reminds of.

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "article_files",
        sa.Column("campaign_id", BIG_ID, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_article_files_campaign_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("campaign_id", "place", name="pk_article_files"),
    )
    op.add_column("campaigns", sa.Column("reminder_of", BIG_ID, nullable=True))


def downgrade() -> None:
    op.drop_column("campaigns", "reminder_of")
    op.drop_table("article_files")
