#!/bin/sh
# Starts MariaDB as the public image does: root may come from everywhere with MARIADB_ROOT_PASSWORD, and arguments are
# options of the server.
set -e
mkdir -p /var/lib/mysql /run/mysqld
mariadb-install-db --no-defaults --user=root --datadir=/var/lib/mysql \
  --auth-root-authentication-method=normal --skip-test-db >/dev/null
# One statement a line: the server reads this file line by line.
cat >/run/accounts.sql <<END
DELETE FROM mysql.global_priv WHERE user = 'root';
FLUSH PRIVILEGES;
CREATE USER root@'%' IDENTIFIED BY '$MARIADB_ROOT_PASSWORD';
GRANT ALL PRIVILEGES ON *.* TO root@'%' WITH GRANT OPTION;
END
exec mariadbd --no-defaults --user=root --datadir=/var/lib/mysql --init-file=/run/accounts.sql "$@"
