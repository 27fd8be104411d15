# Build: docker build -t fledgling .     Run: docker run -p 127.0.0.1:8000:8000 -v fledgling:/data fledgling
# With PostgreSQL and a worker of its own: compose.yaml.
FROM python:3.13-slim AS build
WORKDIR /srv
COPY requirements/build.txt requirements/run.txt requirements/
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/build.txt \
 && /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation --require-hashes -r requirements/run.txt
COPY app app
# The weights are made at build time, so that the service starts at once and needs no network.
RUN FLEDGLING_DATA_DIR=/tmp/build FLEDGLING_MODELS_DIR=/models /venv/bin/python -m app models prepare \
 # The 68-point model may not be used commercially and is never loaded.
 && find /venv -name 'shape_predictor_68_face_landmarks.dat' -delete

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /data --create-home fledgling
WORKDIR /srv
COPY --from=build /venv /venv
COPY --from=build /models /models
COPY app app
COPY migrations migrations
COPY pyproject.toml LICENSE ./
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    FLEDGLING_DATA_DIR=/data FLEDGLING_MODELS_DIR=/models FLEDGLING_SECRETS_DIR=/run/secrets
USER fledgling
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
# First run: docker run … python -m app init --school "…" --account …
CMD ["python", "-m", "app", "serve", "--host", "0.0.0.0", "--port", "8000"]
