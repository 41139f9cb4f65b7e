#!/usr/bin/env bash
# A real single-node Apache Kafka (KRaft) on loopback, from Maven Central; needs mvn and Java 17.
#   kafka-up.sh start [DIR] [PORT]   fetch the jars once, format once, start, wait until it answers
#   kafka-up.sh run   [DIR] [PORT]   the same in the foreground: the process becomes the broker
#   kafka-up.sh stop  [DIR]          SIGTERM the broker started from DIR, wait for it
# DIR keeps data, log and pid (default ./.kafka), and the jars unless KAFKA_LIBS names a folder
# that several DIRs share. PORT is the client port (default 9092), PORT+1 the controller's.
# KAFKA_HEAP (default 512m), KAFKA_PARTITIONS (default 3), KAFKA_PROPS (a file whose lines are
# added to server.properties, the last of two equal keys winning).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cmd=${1:-}; dir=${2:-.kafka}; port=${3:-9092}

fail() { echo "kafka: $*" >&2; exit 1; }

# there and no zombie: an init that reaps late leaves a killed broker's pid answering kill -0
running() { [[ -r /proc/$1/stat ]] && [[ $(ps -o stat= -p "$1") != Z* ]]; }
alive() { [[ -s $pidfile ]] && running "$(<"$pidfile")"; }
uuid() { head -c 16 /dev/urandom | base64 | tr '+/' 'ab' | tr -d '='; }

fetch() {
  [[ -f $libs/.done ]] && return 0
  command -v mvn >/dev/null || fail "mvn is missing: install Maven (it fetches Kafka's jars)"
  mvn -q -B -f "$here/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$libs"
  touch "$libs/.done"
}

configure() {
  cat >"$dir/server.properties" <<P
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$((port + 1))
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$((port + 1))
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs=$dir/data
num.partitions=${KAFKA_PARTITIONS:-3}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=500
log.cleaner.backoff.ms=1000
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
P
  [[ -z ${KAFKA_PROPS:-} ]] || cat "$KAFKA_PROPS" >>"$dir/server.properties"
}

prepare() {
  command -v java >/dev/null || fail "java is missing: install a Java 17 runtime"
  fetch
  configure
  java=(java -Xms256m "-Xmx${KAFKA_HEAP:-512m}" -XX:+UseSerialGC
    -Djava.awt.headless=true -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp "$libs/*")
  if [[ ! -f $dir/data/meta.properties ]]; then
    "${java[@]}" kafka.tools.StorageTool format -t "$(uuid)" -c "$dir/server.properties" >"$dir/format.log" 2>&1 ||
      { cat "$dir/format.log" >&2; return 1; }
  fi
}

run() {
  prepare
  exec "${java[@]}" kafka.Kafka "$dir/server.properties"
}

start() {
  alive && { echo "kafka: already up, pid $(<"$pidfile")"; return 0; }
  prepare
  nohup "${java[@]}" kafka.Kafka "$dir/server.properties" >"$dir/broker.log" 2>&1 </dev/null &
  echo $! >"$pidfile"
  for _ in $(seq 600); do
    alive || { tail -20 "$dir/broker.log" >&2; return 1; }
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && { echo "kafka: up on 127.0.0.1:$port, pid $(<"$pidfile")"; return 0; }
    sleep 0.1
  done
  fail "not up after 60 s"
}

stop() {
  alive || { rm -f "$pidfile"; return 0; }
  local pid; pid=$(<"$pidfile")
  kill -TERM "$pid"
  for _ in $(seq 300); do running "$pid" || { rm -f "$pidfile"; return 0; }; sleep 0.1; done
  fail "pid $pid still there after 30 s"
}

case $cmd in start | run | stop) ;; *) sed -n '2,9p' "$0"; exit 2 ;; esac
mkdir -p "$dir"; dir=$(cd "$dir" && pwd)
pidfile=$dir/broker.pid
libs=${KAFKA_LIBS:-$dir/libs}
"$cmd"
