# One image for the web, the workers, the beat and the commands (docker-compose.yml, docs/operations.md).
FROM python:3.11-slim-trixie AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /opt/spro
COPY requirements.txt ./
RUN pip install --require-hashes -r requirements.txt
COPY manage.py pyproject.toml LICENSE ./
COPY core core
COPY accounts accounts
COPY members members
COPY territories territories
COPY events events
COPY recognition recognition
COPY metiers metiers
COPY psad psad
COPY lorfolio lorfolio
COPY bilans bilans
COPY spro spro
COPY static static
COPY templates templates
COPY data data
COPY scripts/container scripts/container
# Fonts and static files are made here, from files alone: these addresses answer nowhere and hold no secret.
RUN SPRO_LOCAL=/var/lib/spro DATABASE_URL=postgres://build@127.0.0.1/build REDIS_URL=redis://127.0.0.1/0 \
    sh -c "python manage.py build_fonts && python manage.py collectstatic --noinput --verbosity=0"

FROM python:3.11-slim-trixie
# pg_dump, pg_restore and psql of the same major version as the server of docker-compose.yml; what letters and CVs are
# drawn with, in every script.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
      postgresql-client-17 libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
      fonts-noto-core fonts-noto-color-emoji \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 spro && useradd --uid 10001 --gid spro --no-create-home --shell /usr/sbin/nologin spro
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/spro /opt/spro
COPY --from=build /var/lib/spro /var/lib/spro
# Volumes are born with these owners.
RUN install --directory --mode=0700 --owner=spro --group=spro /var/lib/spro/media /var/backups/spro
ENV PATH=/opt/venv/bin:$PATH SPRO_LOCAL=/var/lib/spro PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /opt/spro
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["python", "scripts/container/health.py"]
CMD ["gunicorn", "spro.wsgi:application", "-c", "spro/gunicorn.py", "-b", "0.0.0.0:8000"]
