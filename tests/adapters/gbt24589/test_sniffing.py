"""The JSON formats and the national standard are sure of their own samples and of no other."""

import pytest

from expectations import SAMPLES, expectation, needs_shared
from kamcore.adapters.chanjet_hkj_json import FORMAT as HKJ
from kamcore.adapters.gbt24589 import FORMAT as GBT
from kamcore.adapters.yonyou_bip_json import FORMAT as BIP
from kamcore.adapters.yonyou_tplus_json import FORMAT as TPLUS
from kamcore.format import Certainty, Source
from kamcore.grid.head import head_of

OWN = {
    TPLUS: ("yonyou.t_plus_json",),
    HKJ: ("yonyou.haokuaiji_json",),
    BIP: ("yonyou.bip_voucher_json",),
    GBT: ("gbt24589.common_2010", "gbt24589.ledger_2010", "gbt24589.receivables_2010"),
}
NAMES = sorted(
    str(path.relative_to(SAMPLES)).removesuffix(".expect.json")
    for path in SAMPLES.rglob("*.expect.json")
)


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize("name", NAMES)
def test_each_sample_is_its_own_formats(name):
    known = expectation(name)["format"]
    head = head_of(Source(SAMPLES / name))
    for fmt, names in OWN.items():
        guess = fmt.sniff(head)
        if known not in names:
            assert guess.certainty is not Certainty.SURE, guess
        elif not name.startswith("bad/json_deep"):
            assert guess.certainty is Certainty.SURE
            assert guess.zh
            assert guess.en
