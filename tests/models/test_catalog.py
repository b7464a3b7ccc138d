from pathlib import Path
from urllib.parse import urlsplit

from models import catalog
from models.catalog import CATALOG, Box, best_for, find, fit, this_box
from models.gguf import read_header

SMALL = Box(ram_mb=4000, available_mb=3000, cores=2, disk_free_mb=20_000)
LARGE = Box(ram_mb=32_000, available_mb=28_000, cores=8, disk_free_mb=200_000)


def test_every_entry_is_complete_and_its_address_is_safe() -> None:
    assert len({entry.id for entry in CATALOG}) == len(CATALOG)
    for entry in CATALOG:
        assert entry.languages
        assert entry.license
        assert urlsplit(entry.license_url).scheme == "https"
        assert entry.source == "" or urlsplit(entry.source).scheme == "https"
        assert entry.trained_context >= 8192


def test_the_embedded_entry_says_the_truth_about_its_file(model_file: Path) -> None:
    header, entry = read_header(model_file), find(catalog.DEFAULT)

    assert entry is not None
    assert entry.capability == "weak"
    assert abs(header.size_bytes / catalog.MB - entry.size_mb) < 2
    assert header.kv_bytes_per_token() == entry.kv_bytes_per_token
    assert header.languages == entry.languages


def test_what_does_not_fit_is_said_with_the_reason() -> None:
    big = find("qwen3-8b")
    assert big is not None

    judged = fit(big, SMALL, context_tokens=4096)
    no_disk = fit(big, Box(32_000, 30_000, 8, 100), context_tokens=4096)

    assert not judged.fits
    assert "ram" in judged.reasons
    assert no_disk.reasons == ("disk",)
    assert fit(big, Box(32_000, 30_000, 8, 100), context_tokens=4096, on_disk=True).fits


def test_context_costs_memory() -> None:
    model = find("qwen3-4b-instruct-2507")
    assert model is not None

    assert model.ram_mb(32_768) - model.ram_mb(4096) > 4000


def test_the_best_model_is_the_largest_that_is_comfortable() -> None:
    small, large = (best_for(box, context_tokens=4096) for box in (SMALL, LARGE))

    assert small is not None
    assert large is not None
    assert small.parameters_b < large.parameters_b
    assert best_for(Box(600, 300, 1, 1000), context_tokens=4096) is None


def test_this_box_is_measured_even_before_the_folder_exists(tmp_path: Path) -> None:
    box = this_box(tmp_path / "not" / "yet")

    assert box.ram_mb >= box.available_mb > 0
    assert box.cores >= 1
    assert box.disk_free_mb > 0
