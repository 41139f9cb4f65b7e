"""The real parts start, answer, stop, die and come back, as the stack and the tests need them."""

from pathlib import Path
from typing import NamedTuple

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError

from deploy.embedded.backends import BackendError
from tests.fixtures.broker import Broker
from tests.fixtures.postgres import Cluster, Database


class Place(NamedTuple):
    topic: str
    partition: int
    offset: int


async def test_services_own_nothing_and_obey_row_level_security(postgres: Database) -> None:
    connection = await asyncpg.connect(postgres.dsn)
    try:
        row = await connection.fetchrow(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, "
            "pg_get_userbyid(datdba) AS owner FROM pg_roles, pg_database "
            "WHERE rolname = current_user AND datname = current_database()"
        )
        assert tuple(row) == (False, False, False, False, "quietzone")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("CREATE TABLE mine (a int)")
    finally:
        await connection.close()


async def test_owner_makes_tables_and_trusted_extensions(bare_database: Database) -> None:
    connection = await asyncpg.connect(bare_database.admin_dsn)
    try:
        await connection.execute("CREATE EXTENSION citext; CREATE TABLE t (name citext)")
        assert await connection.fetchval("SELECT lower('ÉCLAIR')") == "éclair"
    finally:
        await connection.close()


async def test_wrong_password_is_refused(postgres: Database) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(postgres.dsn, password="guess")


async def test_database_is_a_copy_of_its_template(postgres_cluster: Cluster) -> None:
    def build(database: Database) -> None:
        postgres_cluster.postgres.run_sql("CREATE TABLE made_once (a int)", database.name)

    name = postgres_cluster.template("sample", build)
    assert postgres_cluster.template("sample", build) == name  # not built again
    copy = postgres_cluster.create(name)
    connection = await asyncpg.connect(copy.superuser_dsn)
    try:
        assert await connection.fetchval("SELECT count(*) FROM made_once") == 0
    finally:
        await connection.close()
        postgres_cluster.drop(copy)


async def test_killed_postgres_comes_back_with_its_data(own_postgres: Cluster) -> None:
    database = own_postgres.create()
    own_postgres.postgres.run_sql("CREATE TABLE kept AS SELECT 7 AS a", database.name)
    own_postgres.kill()
    with pytest.raises(ConnectionRefusedError):
        await asyncpg.connect(database.dsn)
    own_postgres.start()
    connection = await asyncpg.connect(database.superuser_dsn)
    try:
        assert await connection.fetchval("SELECT a FROM kept") == 7
    finally:
        await connection.close()


def test_lock_file_of_a_dead_postgres_is_cleared(own_postgres: Cluster) -> None:
    postgres = own_postgres.postgres
    own_postgres.stop()
    lock = Path(postgres.folder) / "postmaster.pid"
    lock.write_text("1\n/elsewhere\n0\n1\n\n\n\nready\n")  # pid 1 lives, and is no Postgres
    own_postgres.start()
    postgres.run_sql("SELECT 1")


def test_postgres_left_running_is_stopped_before_the_next(own_postgres: Cluster) -> None:
    left = own_postgres.child.process
    assert left is not None
    own_postgres.child.process = None
    own_postgres.postgres.prepare()
    assert left.wait(10) == 0
    own_postgres.start()


def test_refused_statement_says_why(postgres_cluster: Cluster) -> None:
    with pytest.raises(BackendError, match="nosuch"):
        postgres_cluster.postgres.run_sql("SELECT nosuch")


async def test_broker_keeps_what_it_took_while_it_lives(broker: Broker, topic_prefix: str) -> None:
    place = await _write(broker, topic_prefix + "facts", b"kept")
    assert await _read(broker, place) == b"kept"


async def test_paused_broker_answers_after_it_goes_on(
    own_broker: Broker, topic_prefix: str
) -> None:
    place = await _write(own_broker, topic_prefix + "facts", b"kept")
    own_broker.pause()
    own_broker.resume()
    assert await _read(own_broker, place) == b"kept"


async def test_killed_broker_comes_back_at_its_address(
    own_broker: Broker, topic_prefix: str
) -> None:
    place = await _write(own_broker, topic_prefix + "facts", b"first")
    bootstrap = own_broker.bootstrap
    own_broker.kill()
    own_broker.start()
    assert own_broker.bootstrap == bootstrap
    if own_broker.keeps_data:
        assert await _read(own_broker, place) == b"first"
    else:
        again = await _write(own_broker, topic_prefix + "facts", b"second")
        assert again.offset == 0, "the embedded broker forgets; its offsets start again"


async def _write(broker: Broker, topic: str, value: bytes) -> Place:
    producer = AIOKafkaProducer(
        bootstrap_servers=broker.bootstrap, enable_idempotence=broker.idempotent
    )
    await producer.start()
    try:
        await _make_topic(broker, topic)
        done = await producer.send_and_wait(topic, value)
        return Place(done.topic, done.partition, done.offset)
    finally:
        await producer.stop()


async def _make_topic(broker: Broker, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, 1, 1)])
    except TopicAlreadyExistsError:
        return
    finally:
        await admin.close()


async def _read(broker: Broker, place: Place) -> bytes:
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap, fetch_max_wait_ms=20)
    await consumer.start()
    try:
        partition = TopicPartition(place.topic, place.partition)
        consumer.assign([partition])
        consumer.seek(partition, place.offset)
        message = await consumer.getone()
        return bytes(message.value)
    finally:
        await consumer.stop()
