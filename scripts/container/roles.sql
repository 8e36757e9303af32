-- The two roles and the database, by the superuser, once (docs/operations.md: « Deux rôles de base de données »).
-- The passwords come by the environment: a command line is read by everybody.
-- Names may be given (psql --set); these are the usual ones.
\set ON_ERROR_STOP on
\if :{?owner} \else \set owner spro_owner \endif
\if :{?app} \else \set app spro_app \endif
\if :{?database} \else \set database spro \endif
\getenv owner_password DATABASE_OWNER_PASSWORD
\getenv app_password DATABASE_APP_PASSWORD
CREATE ROLE :"owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE :"app" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'app_password';
CREATE DATABASE :"database" OWNER :"owner" TEMPLATE template0 ENCODING 'UTF8';
-- Nobody else on this server even connects; the tables' rights come with each migration (core/grants.py).
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"app";
