"""What other systems call the records: rules, their dates and beginnings, and codes that nobody knows."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from Support.client import refused
from Support.conditions import eventually
from Support.plant import OTHER_SITE, SITE, Plant
from Support.stewards import (
    ACCEPTED, DRAFT, DUPLICATE, ITEM, PARTNER, REJECTED, RELEASED, UNIT, WITHDRAWN, Steward, is_refused, item,
    mapping, unit)
from Support.stubs import common, masterdata, timestamp

RESOLVED, UNMAPPED, NO_RECORD = (
    masterdata.RESOLUTION_RESOLVED, masterdata.RESOLUTION_UNMAPPED, masterdata.RESOLUTION_NO_RECORD)
NOBODY = (UNMAPPED, "", "")
COMPOSED, APART = "caf\u00E9", "cafe\u0301"
"""The same to the eye, not the same."""


def at(seconds, nanos=0):
    return timestamp.Timestamp(seconds=seconds, nanos=nanos)


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    with Plant(tmp_path_factory.mktemp("plant")) as running:
        yield running


class Dictionary(Steward):
    """A steward that looks after the codes of one system."""

    def __init__(self, stub, system, site=SITE):
        super().__init__(stub, site)
        self.system = system

    def make(self, *rules, **options):
        request = masterdata.CreateMappingRulesRequest(site=self.site, mapping_rules=rules, **options)
        return list(self.stub.CreateMappingRules(request).outcomes)

    def rule(self, name, kind=ITEM, life_cycle=RELEASED, **fields):
        """Makes a rule that must be taken."""
        outcome, = self.make(mapping(name, self.system, kind, life_cycle, **fields))
        assert outcome.receipt == ACCEPTED, outcome

    def wrong(self, name, kind=ITEM, life_cycle=RELEASED, **fields):
        """Why a rule is not taken."""
        outcome, = self.make(mapping(name, self.system, kind, life_cycle, **fields))
        assert outcome.receipt == REJECTED, outcome
        return outcome.rejection

    def retire(self, *codes, **options):
        return list(self.stub.RetireMappingRules(masterdata.RetireMappingRulesRequest(
            site=self.site, codes=codes, **options)).outcomes)

    def resolve(self, *codes, kind=ITEM, moment=None):
        return _answers(self.stub.ResolveCodes(masterdata.ResolveCodesRequest(
            site=self.site, system=self.system, kind=kind.number, codes=codes, at=moment)))

    def ask(self, code, **options):
        return self.resolve(code, **options)[0]

    def test(self, rules, *codes):
        return _answers(self.stub.TestMappingRules(masterdata.TestMappingRulesRequest(
            site=self.site, mapping_rules=rules, system=self.system, kind=ITEM.number, codes=codes)))

    def unknown(self, size=100, kind=None):
        """Code, resolution and count of those that nobody knew, page by page."""
        found, token = [], ""
        while True:
            answer = self.stub.ListUnmappedCodes(masterdata.ListUnmappedCodesRequest(
                site=self.site, system=self.system, kind=kind.number if kind else 0,
                page=common.PageRequest(page_size=size, page_token=token)))
            assert len(answer.codes) <= size
            found += [(each.code, each.resolution, each.count) for each in answer.codes]
            token = answer.page.next_page_token
            if not token:
                return found


def _answers(response):
    return [(each.resolution, each.code, each.mapping_rule) for each in response.codes]


@pytest.fixture(scope="module")
def stub(plant):
    stub = plant.mes(plant.issue_key("steward", SITE, OTHER_SITE, roles=["steward"])).masterdata
    steward = Steward(stub)
    steward.accept(unit("Units"))
    steward.accept(item("A"), item("B"), item("17"), item("LATER", DRAFT))
    return stub


_systems = iter(f"mes-{number}" for number in range(1_000))


@pytest.fixture
def mes(stub):
    """A system whose codes nobody has seen."""
    return Dictionary(stub, next(_systems))


def name(mes, rule):
    """A rule's name, which is unique in the site."""
    return f"{mes.system}/{rule}"


# Rules

def test_a_code_means_the_record_that_a_rule_says(mes):
    mes.rule(name(mes, 1), code="17", target="A")
    assert mes.ask("17") == (RESOLVED, "A", name(mes, 1))
    assert mes.ask("18") == NOBODY


def test_a_code_means_something_in_its_system_its_kind_and_its_site_only(mes, stub):
    mes.rule(name(mes, 1), code="17", target="A")
    assert mes.ask("17", kind=PARTNER) == NOBODY
    assert Dictionary(stub, "another-one").ask("17") == NOBODY
    assert Dictionary(stub, mes.system, OTHER_SITE).ask("17") == NOBODY


def test_a_code_of_which_there_is_no_record_in_use_says_so(mes):
    for code, target in (("1", "NOWHERE"), ("2", "LATER")):
        mes.rule(name(mes, code), code=code, target=target)
        assert mes.ask(code) == (NO_RECORD, target, name(mes, code))
    mes.accept(item("LATER"))
    assert mes.ask("2")[0] == RESOLVED
    mes.accept(item("LATER", WITHDRAWN))
    assert mes.ask("2")[0] == NO_RECORD


def test_a_record_means_nothing_before_it_holds_nor_from_its_end_on(mes):
    mes.accept(item("SEASON", effective_from=at(2_000_000_000), effective_until=at(2_000_000_010)))
    mes.rule(name(mes, 1), code="S", target="SEASON")
    answers = [mes.ask("S", moment=at(2_000_000_000 + second))[0] for second in (-1, 0, 9, 10)]
    assert answers == [NO_RECORD, RESOLVED, RESOLVED, NO_RECORD]
    assert mes.ask("S", moment=at(2_000_000_009, 999_999_999))[0] == RESOLVED
    assert mes.ask("S")[0] == NO_RECORD


def test_a_released_rule_never_says_something_else(mes):
    rule = name(mes, 1)
    mes.rule(rule, code="17", target="A")
    assert mes.make(mapping(rule, mes.system, code="17", target="A"))[0].receipt == DUPLICATE
    for other in ({"code": "17", "target": "B"}, {"code": "18", "target": "A"},
                  {"code_prefix": "17", "target": "A"}):
        assert mes.wrong(rule, **other).reason == "MAPPING_RULE_CHANGED"
    assert mes.wrong(rule, kind=UNIT, code="17", target="A").reason == "MAPPING_RULE_CHANGED"
    assert mes.ask("17") == (RESOLVED, "A", rule)


def test_a_draft_may_change_and_resolves_nothing(mes):
    rule = name(mes, 1)
    mes.rule(rule, life_cycle=DRAFT, code="17", target="A")
    mes.rule(rule, life_cycle=DRAFT, code="17", target="B")
    assert mes.ask("17") == NOBODY
    mes.rule(rule, code="17", target="B")
    assert mes.ask("17") == (RESOLVED, "B", rule)


def test_no_two_rules_are_for_the_same_codes_at_the_same_time(mes):
    mes.rule(name(mes, 1), code="17", target="A")
    mes.rule(name(mes, "p"), code_prefix="17", target="A")
    assert mes.wrong(name(mes, 2), code="17", target="B").reason == "MAPPING_OVERLAP"
    assert mes.wrong(name(mes, "q"), code_prefix="17", target="B").reason == "MAPPING_OVERLAP"
    first, second = mes.make(mapping(name(mes, 3), mes.system, code="18", target="A"),
                             mapping(name(mes, 4), mes.system, code="18", target="A"))
    assert (first.receipt, second.rejection.reason) == (ACCEPTED, "MAPPING_OVERLAP")
    mes.rule(name(mes, 5), life_cycle=DRAFT, code="17", target="B")
    assert mes.wrong(name(mes, 5), code="17", target="B").reason == "MAPPING_OVERLAP"


def test_of_two_who_make_a_rule_for_a_code_at_once_one_is_late(mes):
    for number in range(20):
        with ThreadPoolExecutor(2) as both:
            found = list(both.map(lambda who, number=number: mes.make(mapping(
                name(mes, f"{number}-{who}"), mes.system, code=f"C{number}", target="A"))[0].receipt, "ab"))
        assert sorted(found) == [ACCEPTED, REJECTED]


def test_a_retired_rule_makes_place_for_another_one(mes):
    old, new = name(mes, "old"), name(mes, "new")
    mes.rule(old, code="17", target="A")
    assert mes.retire(old, validate_only=True)[0].receipt == ACCEPTED
    assert mes.ask("17")[0] == RESOLVED
    assert [each.receipt for each in mes.retire(old, "no-such-rule")] == [ACCEPTED, REJECTED]
    assert mes.retire("no-such-rule")[0].rejection.reason == "MAPPING_RULE_UNKNOWN"
    assert mes.retire(old)[0].receipt == DUPLICATE
    assert mes.ask("17") == NOBODY
    mes.rule(new, code="17", target="B")
    assert mes.ask("17") == (RESOLVED, "B", new)
    assert mes.wrong(old, code="17", target="A").reason == "MAPPING_RULE_CHANGED"


def test_rules_are_listed_by_code_with_their_life_cycle(mes):
    codes = [name(mes, f"{number:03}") for number in range(150)]
    mes.make(*[mapping(code, mes.system, code=code, target="A") for code in codes])
    mes.retire(*codes[::2])

    def listed(**fields):
        found, token = [], ""
        while True:
            answer = mes.stub.ListMappingRules(masterdata.ListMappingRulesRequest(
                site=SITE, code_prefix=name(mes, ""), page=common.PageRequest(
                    page_size=7, page_token=token), **fields))
            found += [each.head.code for each in answer.mapping_rules]
            token = answer.page.next_page_token
            if not token:
                return found

    assert listed() == codes
    assert listed(life_cycles=[RELEASED]) == codes[1::2]
    assert listed(life_cycles=[WITHDRAWN]) == codes[::2]


def test_validating_a_rule_makes_none(mes):
    outcome, = mes.make(mapping(name(mes, 1), mes.system, code="17", target="A"), validate_only=True)
    assert outcome.receipt == ACCEPTED
    assert mes.ask("17") == NOBODY


@pytest.mark.parametrize("field, fields", [
    ("code", {}), ("code", {"code": ""}), ("code", {"code": "x" * 129}), ("code", {"code": "a\tb"}),
    ("code_prefix", {"code_prefix": "x" * 129}), ("target", {"code": "1", "target": ""}),
    ("target", {"code": "1", "target": "x" * 65}), ("system", {"system": "", "code": "1"}),
    ("system", {"system": "M ES", "code": "1"}), ("system", {"system": "x" * 65, "code": "1"}),
    ("kind", {"kind": 0, "code": "1"}), ("kind", {"kind": 99, "code": "1"}),
    ("kind", {"kind": masterdata.RECORD_KIND_MAPPING_RULE, "code": "1"}),
])
def test_a_wrong_field_of_a_rule_is_named(mes, field, fields):
    rule = masterdata.MappingRule(**{
        "head": {"code": "W", "life_cycle": RELEASED}, "system": "mes", "kind": ITEM.number,
        "target": "A", **fields})
    rejection = mes.make(rule)[0].rejection
    assert [each.field for each in rejection.violations] == [f"mapping_rules[0].{field}"]


# Dates

def test_rules_follow_each_other_without_a_gap(mes):
    change = int(time.time()) + 1_000
    mes.rule(name(mes, 1), code="D", target="A", effective_until=at(change))
    mes.rule(name(mes, 2), code="D", target="B", effective_from=at(change))
    assert mes.ask("D")[1] == "A"
    assert mes.ask("D", moment=at(change - 1, 999_999_999))[1] == "A"
    assert mes.ask("D", moment=at(change))[1] == "B"
    late = {"effective_from": at(change - 1), "effective_until": at(change)}
    assert mes.wrong(name(mes, 3), code="D", target="A", **late).reason == "MAPPING_OVERLAP"


def test_outside_its_dates_a_rule_is_for_nothing_and_a_shorter_beginning_counts(mes):
    change = int(time.time()) + 1_000
    mes.rule(name(mes, 1), code="ACME-17", target="A", effective_from=at(change))
    mes.rule(name(mes, 2), code_prefix="ACME-", target="")
    assert mes.ask("ACME-17") == (RESOLVED, "17", name(mes, 2))
    assert mes.ask("ACME-17", moment=at(change)) == (RESOLVED, "A", name(mes, 1))


def test_rules_do_not_share_a_nanosecond(mes):
    rejection = mes.wrong(name(mes, 1), code="N", target="A", effective_until=at(2_000_000_000, 500))
    assert [each.field for each in rejection.violations] == ["mapping_rules[0].head.effective_until"]
    mes.rule(name(mes, 1), code="N", target="A", effective_until=at(2_000_000_000, 1_000))
    rejection = mes.wrong(name(mes, 2), code="N", target="B", effective_from=at(2_000_000_000))
    assert rejection.reason == "MAPPING_OVERLAP"


def test_a_rule_for_codes_that_only_look_like_others_is_refused(mes):
    mes.rule(name(mes, 1), code=COMPOSED, target=COMPOSED)
    for field, other in (("code", {"code": APART, "target": "A"}), ("target", {"code": "B", "target": APART}),
                         ("code_prefix", {"code_prefix": APART, "target": ""})):
        rejection = mes.wrong(name(mes, 2), **other)
        assert [each.field for each in rejection.violations] == [f"mapping_rules[0].{field}"]


# Beginnings

def test_the_longest_beginning_counts_and_the_one_code_before_all(mes):
    for rule, fields in {"all": {"code_prefix": ""}, "acme": {"code_prefix": "ACME-"},
                         "acme-x": {"code_prefix": "ACME-X", "target": "B"},
                         "one": {"code": "ACME-XY", "target": "A"}}.items():
        mes.rule(name(mes, rule), **fields)
    assert mes.resolve("A", "ACME-17", "ACME-X", "ACME-XY", "acme-17") == [
        (RESOLVED, "A", name(mes, "all")), (RESOLVED, "17", name(mes, "acme")),
        (RESOLVED, "B", name(mes, "acme-x")), (RESOLVED, "A", name(mes, "one")),
        (NO_RECORD, "acme-17", name(mes, "all"))]


def test_beginnings_are_put_in_the_place_of_others_in_any_language(mes):
    mes.accept(item("Außenlager 1"))
    mes.rule(name(mes, 1), code_prefix="倉庫-", target="Außenlager ")
    assert mes.ask("倉庫-1") == (RESOLVED, "Außenlager 1", name(mes, 1))


def test_a_code_that_would_be_too_long_is_of_no_record(mes):
    mes.rule(name(mes, 1), code_prefix="X", target="y" * 64)
    assert mes.ask("X" * 128)[0] == NO_RECORD


# Many codes

def test_5000_codes_are_answered_in_their_order_and_5001_are_refused(mes):
    mes.rule(name(mes, 1), code_prefix="I-", target="")
    mes.rule(name(mes, 2), code="I-4999", target="B")
    codes = [f"I-{('A', '17', 'no')[number % 3]}" for number in range(4_999)] + ["I-4999"]
    answers = mes.resolve(*codes)
    assert [code for _, code, _ in answers] == [code[2:] for code in codes[:-1]] + ["B"]
    assert [each for each, _, _ in answers[:3]] == [RESOLVED, RESOLVED, NO_RECORD]
    for wrong in ([], [*codes, "I-A"]):
        assert list(refused(lambda wrong=wrong: mes.resolve(*wrong)).fields) == ["codes"]


@pytest.mark.parametrize("code", ["", "x" * 129, "a\0b", APART, "\u200B", " 17", "17 "])
def test_a_code_that_is_none_is_named(mes, code):
    assert list(refused(lambda: mes.resolve("A", code)).fields) == ["codes[1]"]


# Trying rules

def test_rules_are_tried_beside_those_that_there_are_and_not_kept(mes):
    mes.rule(name(mes, "is"), code="1", target="A")
    tried = [mapping("tried", mes.system, code="2", target="B"),
             mapping("of-another-system", "other", code="3", target="B")]
    assert mes.test(tried, "1", "2", "3") == [
        (RESOLVED, "A", name(mes, "is")), (RESOLVED, "B", "tried"), NOBODY]
    assert mes.test([], "1", "2") == [(RESOLVED, "A", name(mes, "is")), NOBODY]
    assert mes.ask("2") == NOBODY


def test_codes_that_are_only_tried_are_not_counted(mes):
    mes.test([], "tried", "tried")
    mes.resolve("asked")
    eventually("the code that was asked for is told", lambda: mes.unknown())
    assert [code for code, _, _ in mes.unknown()] == ["asked"]


def test_what_is_tried_is_bounded_and_looked_at(mes):
    rule = mapping("t", mes.system, code="1", target="A")
    for call, field in ((lambda: mes.test([rule] * 501, "1"), "mapping_rules"),
                        (lambda: mes.test([rule]), "codes"),
                        (lambda: mes.test([rule], *["1"] * 5_001), "codes")):
        assert list(refused(call).fields) == [field]
    assert mes.test([rule], *["1"] * 5_000) == [(RESOLVED, "A", "t")] * 5_000
    wrong = mapping("w", "m es", code="1", target="A")
    assert list(refused(lambda: mes.test([rule, wrong], "1")).fields) == ["mapping_rules[1].system"]


# Codes that nobody knows

def test_unknown_codes_are_counted_and_the_most_wanted_come_first(mes):
    mes.rule(name(mes, 1), code="gone", target="NOWHERE")
    for codes in ("abc", "bc", "cc"):
        mes.resolve(*codes)
    mes.resolve("gone", "gone")
    wanted = [("c", UNMAPPED, 4), ("b", UNMAPPED, 2), ("gone", NO_RECORD, 2), ("a", UNMAPPED, 1)]
    eventually("all are told", lambda: mes.unknown() == wanted)
    for size in (1, 2, 3):
        assert mes.unknown(size) == wanted
    assert mes.unknown(kind=PARTNER) == []


@pytest.mark.parametrize("way", ["a rule", "a record"])
def test_a_code_that_is_resolved_is_not_unknown_any_more(mes, way):
    mes.rule(name(mes, 1), code_prefix="R-", target=f"{mes.system}-")
    code = "R-1" if way == "a record" else "new"
    mes.resolve(code, "other")
    eventually("both are told", lambda: len(mes.unknown()) == 2)
    if way == "a record":
        mes.accept(item(f"{mes.system}-1"))
    else:
        mes.rule(name(mes, 2), code=code, target="A")
    assert mes.ask(code)[0] == RESOLVED
    eventually("it is gone", lambda: [each for each, _, _ in mes.unknown()] == ["other"])


def test_who_asks_at_once_is_counted_each_time(mes):
    with ThreadPoolExecutor(8) as all_of_them:
        list(all_of_them.map(lambda _: mes.resolve("x", "y"), range(40)))
    eventually("40 times", lambda: mes.unknown() == [("x", UNMAPPED, 40), ("y", UNMAPPED, 40)])


def _restarted(plant, mes):
    plant.masterdata.stop()
    plant.masterdata.start()
    eventually("it answers again", lambda: not is_refused(lambda: mes.page(UNIT)))


def test_unknown_codes_are_kept_over_a_restart(plant, mes):
    mes.resolve("kept", "kept")
    eventually("it is told", lambda: mes.unknown())
    _restarted(plant, mes)
    assert mes.unknown() == [("kept", UNMAPPED, 2)]


def test_a_service_that_ends_well_forgets_no_unknown_code(plant, mes):
    mes.resolve("early")
    # Just told, so that what comes now is told later.
    eventually("it is told", lambda: mes.unknown())
    mes.resolve("before", "before")
    _restarted(plant, mes)
    mes.resolve("after")
    eventually("what came after is told", lambda: ("after", UNMAPPED, 1) in mes.unknown())
    assert ("before", UNMAPPED, 2) in mes.unknown()


def test_another_sites_unknown_codes_are_told_to_nobody(mes, stub):
    mes.resolve("ours")
    eventually("it is told", lambda: mes.unknown())
    assert Dictionary(stub, mes.system, OTHER_SITE).unknown() == []
