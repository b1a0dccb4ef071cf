"""Where analytics compute: DuckDB in this process, or Spark where REGULARS_ANALYTICS names a master."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from regulars.core.refusal import Refused

_MEMORY = "3GB"


class EngineUnknown(Refused):
    """REGULARS_ANALYTICS names no engine that there is."""

    code = "analytics.engine_unknown"
    kind = "invalid"


class EngineMissing(Refused):
    """Spark is asked for, and pyspark (or Java, which it needs) is not installed."""

    code = "analytics.engine_missing"


@dataclass(slots=True)
class Engine:
    """A backend of Ibis with a scratch folder; tables made here live as long as it."""

    backend: Any
    name: str
    scratch: Path
    _made: int = 0

    def table(self, arrow: pa.Table) -> ibis.Table:
        """A table with the rows of `arrow`."""
        self._made += 1
        if self.name == "duckdb":
            self.backend.con.register(f"given_{self._made}", arrow)
            self.backend.con.execute(f"CREATE TEMP TABLE t{self._made} AS FROM given_{self._made}")
            self.backend.con.unregister(f"given_{self._made}")
            return self.backend.table(f"t{self._made}")
        path = self.scratch / f"t{self._made}.parquet"
        pq.write_table(arrow, path)
        return self.parquet([path])

    def parquet(self, paths: Sequence[Path]) -> ibis.Table:
        """The rows of Parquet files of one schema."""
        self._made += 1
        if self.name == "duckdb":
            told = [str(path) for path in paths]
            found = self.backend.con.read_parquet(told, hive_partitioning=False)  # type: ignore[call-overload]
            found.create_view(f"p{self._made}")
            return self.backend.table(f"p{self._made}")
        # As it is: Spark does not decode `%3D`, and months have an equals sign in their folders.
        uris = [f"file://{path.absolute()}" for path in paths]
        frame = self.backend._session.read.parquet(*uris)
        frame.createOrReplaceTempView(f"p{self._made}")
        return self.backend.table(f"p{self._made}")

    def keep(self, table: ibis.Table) -> ibis.Table:
        """The same rows, computed once and kept."""
        self._made += 1
        name = f"k{self._made}"
        if self.name == "duckdb":
            return self.backend.create_table(name, obj=table, temp=True)
        frame = self.backend._session.sql(str(ibis.to_sql(table, dialect="pyspark"))).persist()
        frame.createOrReplaceTempView(name)
        return self.backend.table(name)

    def rows(self, table: ibis.Table) -> list[dict[str, Any]]:
        """The rows of a small result, as they come."""
        return self.arrow(table).to_pylist()

    def arrow(self, table: ibis.Table) -> pa.Table:
        """A result as an Arrow table."""
        return table.to_pyarrow()

    def close(self) -> None:
        """Let everything go."""
        self.backend.disconnect()


@contextmanager
def open_engine(told: str | None = None) -> Iterator[Engine]:
    """The engine that `told` (else REGULARS_ANALYTICS, else DuckDB) names, for the block.

    `duckdb`, `duckdb://` or a Spark master: `spark://host:port`, `local[2]`. Raises EngineUnknown,
    EngineMissing.
    """
    name = told or os.environ.get("REGULARS_ANALYTICS") or "duckdb"
    scratch = Path(tempfile.mkdtemp(prefix="regulars-analytics-"))
    try:
        engine = _engine(name, scratch)
        try:
            yield engine
        finally:
            engine.close()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _engine(name: str, scratch: Path) -> Engine:
    if name in ("duckdb", "duckdb://"):
        backend = ibis.duckdb.connect(memory_limit=_MEMORY, temp_directory=str(scratch))
        return Engine(backend, "duckdb", scratch)
    if name.startswith(("spark://", "local")):
        return Engine(_spark(name, scratch), "spark", scratch)
    raise EngineUnknown(name=name[:100])


def _spark(master: str, scratch: Path) -> Any:
    """A session on a Spark master: four shuffle partitions a core are plenty for tables of a business."""
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        raise EngineMissing(what="Java")
    try:
        sql = import_module("pyspark.sql")
    except ImportError:
        raise EngineMissing(what="pyspark") from None
    session = (
        sql.SparkSession.builder.master(master)
        .appName("regulars")
        .config("spark.sql.shuffle.partitions", "8")
        .config("spark.sql.warehouse.dir", str(scratch / "warehouse"))
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    return ibis.pyspark.connect(session)
