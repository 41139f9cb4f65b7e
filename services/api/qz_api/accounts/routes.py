"""All operations about people, for the feature list of the app."""

from qz_api.accounts.invites import routes as invites
from qz_api.accounts.members import routes as members
from qz_api.accounts.sessions import routes as sessions
from qz_api.accounts.users import routes as users
from qz_api.accounts.workspaces import routes as workspaces

OPERATIONS = (
    *sessions.OPERATIONS,
    *users.OPERATIONS,
    *workspaces.OPERATIONS,
    *members.OPERATIONS,
    *invites.OPERATIONS,
)
