# One image, three commands: `python -m api`, `python worker.py`, `fengsui`.
FROM python:3.13-slim AS build
WORKDIR /app
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements/runtime.txt requirements/build.txt requirements/
RUN pip install --require-hashes -r requirements/runtime.txt && pip install --require-hashes -r requirements/build.txt
COPY . .
# S3, SSH, RFC 3161 and Apprise are extras: FENGSUI_EXTRAS=s3,ssh,tsa,notify-more
ARG FENGSUI_EXTRAS=
RUN pip install --no-deps --no-build-isolation --editable . \
    && if [ -n "$FENGSUI_EXTRAS" ]; then pip install --no-build-isolation --editable ".[$FENGSUI_EXTRAS]"; fi

FROM python:3.13-slim
# What PDF reports need: Pango sets the text, HarfBuzz takes out of the Chinese fonts what a report uses.
RUN apt-get update && apt-get install -y --no-install-recommends \
      libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
RUN useradd --system --create-home --home-dir /var/lib/fengsui fengsui \
    && install --directory --owner fengsui --mode 750 /var/lib/fengsui/evidence
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 FENGSUI_HOME=/var/lib/fengsui
USER fengsui
CMD ["fengsui", "--help"]
