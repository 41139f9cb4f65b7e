"""The test-only HTTP front is faithful where clickhouse-connect relies on it."""

import clickhouse_connect
import pyarrow as pa
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

MANY = 120_000  # four blocks of the client


@pytest.fixture(params=["lz4", "zstd", "gzip", None])
def compression(request: pytest.FixtureRequest) -> str | None:
    choice: str | None = request.param
    return choice


@pytest.fixture
def client(clickhouse_http_dsn: str) -> Client:
    made = clickhouse_connect.get_client(dsn=clickhouse_http_dsn)
    made.command("CREATE TABLE t (n UInt64, word String) ENGINE MergeTree ORDER BY n")
    return made


def test_every_block_of_a_large_insert_arrives(
    clickhouse_http_dsn: str, client: Client, compression: str | None
) -> None:
    writer = clickhouse_connect.get_client(dsn=clickhouse_http_dsn, compress=compression or False)
    writer.insert("t", [[n, f"word {n}"] for n in range(MANY)], column_names=["n", "word"])
    assert _facts(client) == (MANY, MANY * (MANY - 1) // 2)


def test_arrow_insert_arrives_whole(client: Client) -> None:
    table = pa.table({"n": pa.array(range(MANY), pa.uint64()), "word": ["é\n\t'"] * MANY})
    client.insert_arrow("t", table)
    assert _facts(client) == (MANY, MANY * (MANY - 1) // 2)
    assert client.query("SELECT any(word) FROM t").result_rows == [("é\n\t'",)]


def test_large_answer_is_read_whole(client: Client) -> None:
    client.command(f"INSERT INTO t SELECT number, toString(number) FROM numbers({MANY})")
    assert client.query_arrow("SELECT * FROM t").num_rows == MANY
    assert len(client.query("SELECT n FROM t").result_rows) == MANY


def test_bound_values_reach_the_query(client: Client) -> None:
    sql = "SELECT {word:String} AS w, {n:UInt32} + 1"
    rows = client.query(sql, parameters={"word": "it's \\ 'quoted'", "n": 41}).result_rows
    assert rows == [("it's \\ 'quoted'", 42)]


def test_many_bound_values_reach_the_query_as_a_form(clickhouse_http_dsn: str) -> None:
    client = clickhouse_connect.get_client(dsn=clickhouse_http_dsn, form_encode_query_params=True)
    numbers = list(range(5000))
    sql = "SELECT length({numbers:Array(UInt32)})"
    assert client.query(sql, parameters={"numbers": numbers}).result_rows == [(5000,)]


def test_setting_holds_for_one_request_only(client: Client) -> None:
    sql = "SELECT getSetting('max_threads')"
    before = client.command(sql)
    assert client.command(sql, settings={"max_threads": 3}) == 3
    assert client.command(sql) == before


def test_insert_token_stops_a_repeat_and_not_the_next_insert(client: Client) -> None:
    client.command("ALTER TABLE t MODIFY SETTING non_replicated_deduplication_window = 100")
    for token, first in (("a", 0), ("a", 0), ("b", 10)):
        rows = [[first, "x"], [first + 1, "y"]]
        client.insert("t", rows, ["n", "word"], settings={"insert_deduplication_token": token})
    client.insert("t", [[20, "z"]], ["n", "word"])
    client.insert("t", [[20, "other"]], ["n", "word"])
    assert _facts(client) == (6, 62)


def test_session_keeps_its_temporary_table(clickhouse_http_dsn: str) -> None:
    client = clickhouse_connect.get_client(dsn=clickhouse_http_dsn, session_id="one")
    client.command("CREATE TEMPORARY TABLE mine (a UInt8)")
    client.command("INSERT INTO mine VALUES (7)")
    assert client.command("SELECT a FROM mine") == 7


@pytest.mark.parametrize(
    ("sql", "status", "code"),
    [
        ("SELECT * FROM nosuch", 404, 60),
        ("SELECT FROM WHERE", 400, 62),
        ("SELECT throwIf(1)", 500, 395),
    ],
)
def test_failure_has_the_engines_code(
    clickhouse_http_dsn: str, client: Client, sql: str, status: int, code: int
) -> None:
    with pytest.raises(DatabaseError, match=rf"(?s)status {status}.*Code: {code}\.|Code: {code}\."):
        client.query(sql)
    assert client.command("SELECT 1") == 1, "the session goes on"


def test_truncated_body_is_refused(client: Client) -> None:
    rows = pa.table({"n": pa.array([1, 2], pa.uint64()), "word": ["a", "b"]})
    with pytest.raises(DatabaseError):
        client.raw_insert("t", insert_block=_arrow_bytes(rows)[:-40], fmt="Arrow")
    assert _facts(client)[0] == 0


def _arrow_bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _facts(client: Client) -> tuple[int, int]:
    count, total = client.query("SELECT count(), sum(n) FROM t").result_rows[0]
    return count, total
