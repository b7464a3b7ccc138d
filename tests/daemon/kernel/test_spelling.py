"""Names on the wire."""

from daemon.kernel.spelling import camel


def test_names_are_camel_case_at_any_depth() -> None:
    assert camel({"agent_id": "a", "qr": {"expires_at": 1}, "items": [{"chunk_id": 2}]}) == {
        "agentId": "a",
        "qr": {"expiresAt": 1},
        "items": [{"chunkId": 2}],
    }


def test_the_two_names_of_the_contract_stay_however_they_were_spelt() -> None:
    assert camel({"reason_code": 1, "definition_version": 2}) == {
        "reason_code": 1,
        "definition_version": 2,
    }
    assert camel({"reasonCode": 1, "definitionVersion": 2}) == {
        "reason_code": 1,
        "definition_version": 2,
    }


def test_keys_that_are_data_stay_as_they_are() -> None:
    data = {"SCAN_QR_CODE": 1, "WORKING": 2, "019a7b1c-5f00": 3, "_x": 4, "agentId": 5, "a.b": 6}

    assert camel(data) == data
