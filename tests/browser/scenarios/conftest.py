"""A desk whose engine sees real faces."""

from __future__ import annotations

import pytest

from app.demo import pictures
from app.errors import FledglingError, SetUpError
from app.settings import Settings
from app.vision import Engine, models


@pytest.fixture(scope="package")
def real_engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The engine that schools run, and the portraits to show it; skips where one is not installed."""
    settings = Settings()
    try:
        for portrait in (pictures.ASTRONAUT, pictures.ADMIRAL):
            pictures.portrait(*portrait)
        return models.ready(tmp_path_factory.mktemp("models"), settings.shared, settings.embedder)
    except SetUpError as error:
        pytest.skip(error.detail)
    except FledglingError as error:
        pytest.skip(f"no face engine: {error.detail}")
