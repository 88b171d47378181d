"""How a draft was composed, so that its preview can compose it again when the article is saved.

Revision: 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("campaigns", sa.Column("composed_with", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("campaigns", "composed_with")
