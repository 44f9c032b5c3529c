"""The policy in charge of a house: the belief as ever, what the planner would have said, at once."""

from datetime import datetime

from sumika.ecu.ecu import Ecu
from sumika.ecu.outlook import Forecast, Measurements
from sumika.ecu.policy_actions import as_planned
from sumika.ecu.policy_features import FEATURES, features_of
from sumika.ecu.policy_rows import SKILLS, rows_of
from sumika.ecu.policy_view import view_of
from sumika.ecu.to_devices import Telling, commands_of
from sumika.plan.policy import Policy, load_policy
from sumika.schema import Asker, Command, SumikaError
from sumika.schema.house import House


class PolicyController:
    """Belief and policy of one house; no solver.

    Attributes:
        ecu: Whose belief it is; its planner is never asked.
        rows: What of the house the policy knows.
    """

    def __init__(
        self, house: House, *, currency: str = "JPY", policy: Policy | None = None, ecu: Ecu | None = None
    ) -> None:
        """Know a house as it is described.

        Args:
            house: Its description.
            currency: Of prices.
            policy: None: the one that ships.
            ecu: One that already knows the house, and goes on to be told through this controller; None: a new one.

        Raises:
            SumikaError: if the policy was taught otherwise.
        """
        policy = policy if policy is not None else load_policy()
        policy.check(FEATURES)
        self.ecu = ecu if ecu is not None else Ecu(house, currency=currency, guarded=False)
        self.rows = tuple(
            row
            for row in rows_of(self.ecu.belief)
            if row.skill in policy.skills and policy.skills[row.skill].outputs == SKILLS[row.skill]
        )
        self._bound = policy.bound([row.skill for row in self.rows])
        self._known = frozenset(row.device.id for row in self.rows)
        self._telling = Telling(self.ecu.belief)
        self._owed: dict[str, float] = {}
        self._at: datetime | None = None

    def observe(self, measurements: Measurements) -> None:
        """Take in what was measured.

        Args:
            measurements: At one moment; never older than the last ones.

        Raises:
            SumikaError: if they are older than what was observed before, or without a time zone.
        """
        self._at = measurements.at
        self.ecu.observe(measurements)

    def commands(self, forecast: Forecast) -> tuple[Command, ...]:
        """Return what every device that the policy knows is to be told for the next quarter of an hour.

        Args:
            forecast: Of weather and prices.

        Raises:
            SumikaError: if nothing was observed yet.
        """
        if self._at is None:
            raise SumikaError("nothing was observed yet", where="PolicyController", remedy="Give measurements first")
        situating = self.ecu.situate(forecast)
        view = view_of(situating)
        said = self._bound.says(features_of(situating, view, self.rows))
        planned = as_planned(said, situating, view, self.rows, self._owed)
        settings = self._telling.settings(planned, self.ecu.told, silent=self.ecu.silent)
        return commands_of((one for one in settings if one[0] in self._known), self._at, Asker.POLICY)
