"""What the relay said of a mail that was forwarded to the organiser.

Revision: 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("feedback", sa.Column("forward_reply", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("feedback", "forward_reply")
