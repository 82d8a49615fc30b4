# One image, three commands: `python -m api`, `python worker.py`, `fengsui`.
FROM python:3.13-slim AS build
WORKDIR /app
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements/runtime.txt requirements/build.txt requirements/
RUN pip install --require-hashes -r requirements/runtime.txt && pip install --require-hashes -r requirements/build.txt
COPY . .
RUN pip install --no-deps --no-build-isolation --editable .

FROM python:3.13-slim
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
RUN useradd --system --create-home --home-dir /var/lib/fengsui fengsui
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 FENGSUI_HOME=/var/lib/fengsui
USER fengsui
CMD ["fengsui", "--help"]
