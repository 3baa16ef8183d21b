"""Who owns what: rules for kinds, groups of fields and stages, and a second person who approves them."""

import pytest

from Support.client import refused
from Support.conditions import eventually
from Support.plant import OTHER_SITE, SITE, Plant
from Support.stewards import (
    ACCEPTED, DRAFT, DUPLICATE, ITEM, LOCATION, REJECTED, RELEASED, WAREHOUSE, WITHDRAWN, WORK_CENTER, Steward,
    as_record, calendar, is_refused, item, location, mapping, operation, ownership, partner, routing, unit,
    warehouse, work_center)
from Support.stubs import common, masterdata, timestamp

TODAY = 1_790_000_000


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plant")
    with Plant(folder, ownership_approval_sites=[OTHER_SITE]) as running:
        yield running


class Owner(Steward):
    """A partner that says who owns what."""

    def set(self, *rules, **options):
        return list(self.stub.SetOwnershipRules(masterdata.SetOwnershipRulesRequest(
            site=self.site, ownership_rules=rules, **options)).outcomes)

    def approve(self, *rules):
        return list(self.stub.ApproveOwnershipRules(masterdata.ApproveOwnershipRulesRequest(
            site=self.site, ownership_rules=rules)).outcomes)

    def rules(self, **fields):
        answer = self.stub.ListOwnershipRules(masterdata.ListOwnershipRulesRequest(
            site=self.site, **fields))
        return list(answer.ownership_rules)

    def proposals(self):
        """Code, owner, life cycle and who has proposed it."""
        answer = self.stub.ListOwnershipRules(masterdata.ListOwnershipRulesRequest(site=self.site))
        return [(each.ownership_rule.head.code, each.ownership_rule.owner,
                 each.ownership_rule.head.life_cycle, each.proposed_by) for each in answer.proposals]

    def is_not_owner(self, record, owner) -> bool:
        """Whether the owner is named to whom a record is refused."""
        outcome, = self.put(record)
        assert outcome.receipt in (ACCEPTED, REJECTED), outcome
        if outcome.receipt == REJECTED:
            assert outcome.rejection.reason == "NOT_OWNER" and owner in outcome.rejection.message, outcome
        return outcome.receipt == REJECTED


def _owner(plant, name, site):
    if name not in _stubs:
        _stubs[name] = plant.mes(plant.issue_key(name, SITE, OTHER_SITE, roles=["steward"])).masterdata
    return Owner(_stubs[name], site)


_stubs = {}


@pytest.fixture(scope="module")
def erp(plant):
    return _owner(plant, "erp", SITE)


@pytest.fixture(scope="module")
def plm(plant, erp):
    erp.accept(unit("Units"), unit("Dozens", 12))
    return _owner(plant, "plm", SITE)


@pytest.fixture
def ruled(plm, erp):
    """Sets rules for the length of a test."""
    made = []

    def rule(subject, owner, **fields):
        made.append(ownership(f"rule-{len(made)}-{next(_numbers)}", subject, owner, **fields))
        outcome, = plm.set(made[-1])
        assert (outcome.receipt, outcome.needs_approval) == (ACCEPTED, False), outcome

    yield rule
    for each in made:
        each.head.life_cycle = WITHDRAWN
        plm.set(each)


_numbers = iter(range(10_000))


def fresh(prefix="X"):
    return f"{prefix}-{next(_numbers)}"


# Who may write

def test_where_no_rule_is_everybody_writes(plm, erp):
    code = fresh()
    assert not plm.is_not_owner(item(code), "erp")
    assert not erp.is_not_owner(item(code, description="other"), "plm")


@pytest.mark.parametrize("make", [item, partner, calendar, warehouse, location, work_center,
                                  lambda code, **fields: unit(code, category="owned", **fields)],
                         ids=["item", "partner", "calendar", "warehouse", "location", "work centre", "unit"])
def test_only_the_owner_of_a_kind_writes_it(plm, erp, ruled, make):
    old, new = fresh(), fresh()
    plm.accept(make(old))
    subject = as_record(make(old)).WhichOneof("content")
    ruled(subject, "erp")
    for record in (make(new), make(old, life_cycle=WITHDRAWN)):
        assert plm.is_not_owner(record, "erp")
    assert plm.put(make(old))[0].receipt == DUPLICATE
    assert plm.reject(make(new), validate_only=True).reason == "NOT_OWNER"
    assert not erp.is_not_owner(make(new), "erp")
    assert not erp.is_not_owner(make(old, life_cycle=WITHDRAWN), "erp")


def test_a_snapshot_writes_only_what_its_sender_owns(plm, ruled):
    old = fresh()
    plm.accept(warehouse(old))
    ruled("warehouse", "erp")
    head = masterdata.SnapshotHead(
        site=SITE, complete_kinds=[WAREHOUSE.number], maximum_withdrawn_percent=100)
    records = masterdata.SnapshotRecords(records=[as_record(each) for each in (
        warehouse(fresh()), work_center(fresh()))])
    answer = plm.stub.ImportSnapshot(iter([
        masterdata.ImportSnapshotRequest(head=head), masterdata.ImportSnapshotRequest(records=records)]))
    by_kind = {each.kind: (each.created, each.withdrawn) for each in answer.counts}
    assert by_kind == {WAREHOUSE.number: (0, 0), WORK_CENTER.number: (1, 0)}
    assert {each.rejection.reason for each in answer.differences} == {"NOT_OWNER", ""}
    assert plm.read(WAREHOUSE, old).head.life_cycle == RELEASED


def test_rules_themselves_have_an_owner(plm, erp, ruled):
    ruled("mapping_rule", "erp")
    for who, receipt in ((plm, REJECTED), (erp, ACCEPTED)):
        outcome, = who.stub.CreateMappingRules(masterdata.CreateMappingRulesRequest(
            site=SITE, mapping_rules=[mapping(fresh(), code=fresh(), target="X")])).outcomes
        assert outcome.receipt == receipt


# Groups of fields

GROUPS = {"item.purchase": {"purchase_unit": "Dozens"}, "item.identification": {"description": "other"},
          "item.quality": {"tracking": common.TRACKING_LOT}}


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_of_fields_is_written_by_its_owner_only(plm, erp, ruled, group):
    code = fresh()
    plm.accept(item(code))
    ruled("item", "erp")
    ruled(group, "plm")
    assert erp.is_not_owner(item(code, **GROUPS[group]), "plm")
    for other in GROUPS.keys() - {group}:
        assert plm.is_not_owner(item(code, **GROUPS[other]), "erp")
    for who in (plm, erp):
        assert who.is_not_owner(item(code, **GROUPS[group], storable=True), "erp" if who is plm else "plm")
    assert not plm.is_not_owner(item(code, **GROUPS[group]), "erp")
    assert not erp.is_not_owner(item(code, **GROUPS[group], storable=True), "plm")


@pytest.mark.parametrize("fields, group", [
    ({"shelf_life_days": 7}, "item.quality"), ({"barcode": "OWNED"}, "item.identification")])
def test_a_group_has_all_its_fields(plm, erp, ruled, fields, group):
    code = fresh()
    plm.accept(item(code))
    ruled(group, "erp")
    assert plm.is_not_owner(item(code, **fields), "erp")
    assert not plm.is_not_owner(item(code, storable=True), "erp")
    assert not erp.is_not_owner(item(code, storable=True, **fields), "erp")


# Stages and dates

def test_a_stage_is_that_before_the_write_and_goes_before_the_kind(plm, erp, ruled):
    code = fresh()
    ruled("location", "erp")
    ruled("location", "plm", stage="DRAFT")
    ruled("location", "erp", stage="WITHDRAWN")
    assert erp.is_not_owner(location(code, DRAFT), "plm")
    assert not plm.is_not_owner(location(code, DRAFT), "erp")
    assert not plm.is_not_owner(location(code), "erp")
    assert plm.is_not_owner(location(code, WITHDRAWN), "erp")
    assert not erp.is_not_owner(location(code, WITHDRAWN), "plm")
    assert plm.is_not_owner(location(code), "erp")
    assert not erp.is_not_owner(location(code), "plm")


def test_a_rule_holds_between_its_dates(plm, ruled):
    past, future = timestamp.Timestamp(seconds=TODAY - 800_000_000), timestamp.Timestamp(seconds=4_000_000_000)
    ruled("warehouse", "erp", effective_until=past)
    ruled("warehouse", "erp", effective_from=future)
    assert not plm.is_not_owner(warehouse(fresh()), "erp")
    ruled("warehouse", "erp", effective_from=past, effective_until=future)
    assert plm.is_not_owner(warehouse(fresh()), "erp")


def test_no_two_rules_are_for_the_same_at_the_same_time(plm, ruled):
    ruled("work_center", "erp")
    for other, reason in ((ownership(fresh(), "work_center", "plm"), "OWNERSHIP_OVERLAP"),
                          (ownership(fresh(), "work_center", "erp"), "OWNERSHIP_OVERLAP"),
                          (ownership(fresh(), "work_center", "plm", stage="DRAFT"), "")):
        assert plm.set(other, validate_only=True)[0].rejection.reason == reason


def test_validating_rules_says_what_setting_them_would_say(plm):
    rules = [ownership(fresh(), "shift_calendar", "a"), ownership(fresh(), "shift_calendar", "b")]
    foreseen = [each.rejection.reason for each in plm.set(*rules, validate_only=True)]
    done = [each.rejection.reason for each in plm.set(*rules)]
    for each in rules:
        each.head.life_cycle = WITHDRAWN
        plm.set(each)
    assert foreseen == done == ["", "OWNERSHIP_OVERLAP"]


def test_a_withdrawn_rule_holds_no_longer_and_does_not_come_back_beside_another(plm):
    old, new = ownership(fresh(), "site", "erp"), ownership(fresh(), "site", "plm")
    plm.set(old)
    assert plm.set(old)[0].receipt == DUPLICATE
    gone = ownership(old.head.code, "site", "erp", WITHDRAWN)
    assert plm.set(gone)[0].receipt == ACCEPTED
    assert plm.set(new)[0].receipt == ACCEPTED
    assert plm.set(old)[0].rejection.reason == "OWNERSHIP_OVERLAP"
    new.head.life_cycle = WITHDRAWN
    plm.set(new)


def test_an_item_that_somebody_owns_is_not_written_on_behalf_of_another_site(plant, plm, ruled):
    code = fresh()
    plm.accept(item(code))
    ruled("item", "erp")
    _owner(plant, "plm", OTHER_SITE).put(item(code, description="written from next door"))
    assert plm.read(ITEM, code).description == f"Item {code}"


@pytest.mark.parametrize("subject, stage", [("Item", ""), ("items", ""), ("item.price", ""), ("item", "released")])
def test_a_rule_that_owns_nothing_is_refused(plm, subject, stage):
    outcome, = plm.set(ownership(fresh(), subject, "erp", stage=stage), validate_only=True)
    assert outcome.rejection.reason == "INVALID_FIELDS"


@pytest.mark.parametrize("field, fields", [
    ("subject", {"subject": ""}), ("subject", {"subject": "a b"}), ("subject", {"subject": "x" * 65}),
    ("owner", {"owner": ""}), ("owner", {"owner": "a/b"}), ("stage", {"stage": "x" * 65}),
    ("stage", {"stage": "é"})])
def test_a_wrong_field_of_a_rule_is_named(plm, field, fields):
    rule = masterdata.OwnershipRule(**{
        "head": {"code": "W", "life_cycle": RELEASED}, "subject": "item", "owner": "erp", **fields})
    rejection = plm.set(rule)[0].rejection
    assert [each.field for each in rejection.violations] == [f"ownership_rules[0].{field}"]


def test_a_request_has_1_to_500_rules_each_once(plm):
    rule = ownership("R", "item", "erp")
    for call in (plm.set, plm.approve):
        for rules, field in (([], "ownership_rules"), ([rule] * 501, "ownership_rules"),
                             ([rule, rule], "ownership_rules[1].head.code")):
            assert list(refused(lambda call=call, rules=rules: call(*rules)).fields) == [field]


# Two people

@pytest.fixture(scope="module")
def anna(plant, plm):
    return _owner(plant, "anna", OTHER_SITE)


@pytest.fixture(scope="module")
def bert(plant, anna):
    return _owner(plant, "bert", OTHER_SITE)


def test_a_proposal_changes_nothing_until_somebody_else_approves_it(anna, bert):
    rule = ownership(fresh(), "warehouse", "anna")
    outcome, = anna.set(rule)
    assert (outcome.receipt, outcome.needs_approval) == (ACCEPTED, True)
    again, = anna.set(rule)
    assert (again.receipt, again.needs_approval) == (DUPLICATE, True)
    assert not bert.is_not_owner(warehouse(fresh()), "anna")
    assert (rule.head.code, "anna", RELEASED, "anna") in anna.proposals()
    assert rule.head.code not in [each.head.code for each in anna.rules()]

    assert anna.approve(rule)[0].rejection.reason == "SECOND_PERSON"
    assert not bert.is_not_owner(warehouse(fresh()), "anna")
    approved, = bert.approve(rule)
    assert (approved.receipt, approved.needs_approval) == (ACCEPTED, False)
    assert bert.is_not_owner(warehouse(fresh()), "anna")
    assert rule.head.code not in [code for code, *_ in anna.proposals()]
    assert bert.approve(rule)[0].receipt == DUPLICATE


def test_what_nobody_has_proposed_is_not_approved(anna, bert):
    rule = ownership(fresh(), "location", "anna")
    assert bert.approve(rule)[0].rejection.reason == "PROPOSAL_UNKNOWN"
    anna.set(rule)
    others = [ownership(rule.head.code, "location", "bert"),
              ownership(rule.head.code, "location", "anna", stage="DRAFT"),
              ownership(rule.head.code, "location", "anna", WITHDRAWN),
              ownership(rule.head.code, "location", "anna",
                        effective_until=timestamp.Timestamp(seconds=TODAY))]
    assert [bert.approve(each)[0].rejection.reason for each in others] == ["PROPOSAL_UNKNOWN"] * 4
    assert not bert.is_not_owner(location(fresh()), "anna")


def test_who_proposes_it_otherwise_can_not_approve_that(anna, bert):
    code = fresh()
    anna.set(ownership(code, "routing", "anna"))
    bert.set(ownership(code, "routing", "bert"))
    assert (code, "bert", RELEASED, "bert") in anna.proposals()
    assert bert.approve(ownership(code, "routing", "bert"))[0].rejection.reason == "SECOND_PERSON"
    assert bert.approve(ownership(code, "routing", "anna"))[0].rejection.reason == "PROPOSAL_UNKNOWN"
    assert anna.approve(ownership(code, "routing", "bert"))[0].receipt == ACCEPTED
    anna.accept(work_center("PRESS"))
    assert anna.is_not_owner(routing(fresh(), operation(1, "PRESS")), "bert")


def test_withdrawing_a_rule_needs_a_second_person_too(anna, bert):
    rule = ownership(fresh(), "shift_calendar", "anna")
    anna.set(rule)
    bert.approve(rule)
    rule.head.life_cycle = WITHDRAWN
    assert anna.set(rule)[0].needs_approval
    assert bert.is_not_owner(calendar(fresh()), "anna")
    assert bert.approve(rule)[0].receipt == ACCEPTED
    assert not bert.is_not_owner(calendar(fresh()), "anna")


def test_of_two_approved_rules_for_the_same_the_second_is_rejected(anna, bert):
    rules = [ownership(fresh(), "supplier_item", "anna"), ownership(fresh(), "supplier_item", "bert")]
    for rule in rules:
        anna.set(rule)
    assert [each.rejection.reason for each in bert.approve(*rules)] == ["", "OWNERSHIP_OVERLAP"]


def test_a_proposal_that_is_only_validated_is_none(anna):
    rule = ownership(fresh(), "unit", "anna")
    outcome, = anna.set(rule, validate_only=True)
    assert (outcome.receipt, outcome.needs_approval) == (ACCEPTED, True)
    assert rule.head.code not in [code for code, *_ in anna.proposals()]


def test_two_credentials_of_one_partner_are_one_person(plant, anna):
    other_key = plant.administer("key", "issue", "anna").strip()
    the_same = Owner(plant.mes(other_key).masterdata, OTHER_SITE)
    rule = ownership(fresh(), "bill_of_material", "anna")
    anna.set(rule)
    assert the_same.approve(rule)[0].rejection.reason == "SECOND_PERSON"


def test_proposals_are_kept_over_a_crash(plant, anna, bert):
    rule = ownership(fresh(), "site", "anna")
    anna.set(rule)
    plant.masterdata.kill()
    plant.masterdata.start()
    eventually("it answers again", lambda: not is_refused(lambda: anna.page(LOCATION)))
    assert (rule.head.code, "anna", RELEASED, "anna") in anna.proposals()
    assert bert.approve(rule)[0].receipt == ACCEPTED


def test_at_most_500_proposals_wait(anna):
    rules = [ownership(fresh("many"), "production_order", "anna",
                       effective_from=timestamp.Timestamp(seconds=2_000_000_000 + number),
                       effective_until=timestamp.Timestamp(seconds=2_000_000_001 + number)) for number in range(500)]
    waiting = len(anna.proposals())
    anna.set(*rules[:500 - waiting])
    assert len(anna.proposals()) == 500
    assert refused(lambda: anna.set(rules[-1])).reason == "TOO_MANY_PROPOSALS"
    assert len(anna.proposals()) == 500
