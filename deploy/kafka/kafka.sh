# kafka.sh - the brokers of a stack. Sourced by deploy/stack; $dir, $brokers, $kafka_ports are set.
# Node n (from 1) is broker and controller; its folder is $dir/kafka-n, its ports are two in $kafka_ports.
# shellcheck shell=bash disable=SC2154

kafka_nodes() { seq 1 "$brokers"; }
kafka_port() { local -a ports=($kafka_ports); echo "${ports[$((2 * ($1 - 1)))]}"; }
kafka_controller_port() { local -a ports=($kafka_ports); echo "${ports[$((2 * ($1 - 1) + 1))]}"; }

kafka_bootstrap() {
    local node list=
    for node in $(kafka_nodes); do
        list+=,127.0.0.1:$(kafka_port "$node")
    done
    echo "${list#,}"
}

kafka_java() {
    local java=${JAVA_HOME:+$JAVA_HOME/bin/}java jars
    command -v "$java" >/dev/null || die "no Java ($java): deploy/setup installs it"
    jars=$(kafka_jars)
    [[ -d $jars ]] || die "Kafka's jars are not in $jars: deploy/setup fetches them"
    kafka_command=("$java" -XX:+UseSerialGC -XX:-UsePerfData -Djava.awt.headless=true -cp "$jars/*")
}

kafka_configure() {
    local node=$1 copies=$((brokers < 3 ? brokers : 3)) voters= other
    for other in $(kafka_nodes); do
        voters+=,127.0.0.1:$(kafka_controller_port "$other")
    done
    cat "$here/kafka/server.properties" - >"$dir/kafka-$node/server.properties" <<EOF

node.id=$node
listeners=BROKER://127.0.0.1:$(kafka_port "$node"),CONTROLLER://127.0.0.1:$(kafka_controller_port "$node")
controller.quorum.bootstrap.servers=${voters#,}
log.dirs=$dir/kafka-$node/data
default.replication.factor=$copies
min.insync.replicas=$(((copies + 1) / 2))
offsets.topic.replication.factor=$copies
transaction.state.log.replication.factor=$copies
transaction.state.log.min.isr=$(((copies + 1) / 2))
share.coordinator.state.topic.replication.factor=$copies
share.coordinator.state.topic.min.isr=$(((copies + 1) / 2))
EOF
}

# A Kafka id: 16 bytes in base64 for URLs; one that begins with a dash would be taken for an option.
kafka_id() {
    local id
    id=$(head -c 16 /dev/urandom | base64 | tr '+/' '-_')
    echo "K${id:1:21}"
}

# Formats the folders of all nodes, once, as one cluster.
kafka_format() {
    local node cluster voters= output
    cluster=$(kafka_id)
    for node in $(kafka_nodes); do
        voters+=,$node@127.0.0.1:$(kafka_controller_port "$node"):$(kafka_id)
    done
    for node in $(kafka_nodes); do
        output=$("${kafka_command[@]}" -XX:TieredStopAtLevel=1 \
            "-Dlog4j2.configurationFile=$here/kafka/log4j2.properties" "-Dolive.log=$dir/kafka-$node.log" \
            kafka.tools.StorageTool format -c "$dir/kafka-$node/server.properties" -t "$cluster" \
            --initial-controllers "${voters#,}" 2>&1) ||
            die "cannot format Kafka's folder $dir/kafka-$node:"$'\n'"$output"
    done
}

kafka_start() {
    local node=$1 heap=${OLIVE_KAFKA_HEAP:-512m}
    : >"$dir/kafka-$node.out"
    process_spawn "$dir/kafka-$node.pid" "$dir/kafka-$node.out" "${kafka_command[@]}" "-Xmx$heap" \
        "-Dlog4j2.configurationFile=$here/kafka/log4j2.properties" "-Dolive.log=$dir/kafka-$node.log" \
        kafka.Kafka "$dir/kafka-$node/server.properties"
}

# A broker opens its port last, when it may serve.
kafka_ready() { process_gone "$dir/kafka-$1.pid" || port_answers "$(kafka_port "$1")"; }

kafka_await() {
    local node=$1
    process_wait "$wait_s" kafka_ready "$node" || die "Kafka is not ready after $wait_s s; see $dir/kafka-$node.log"
    process_gone "$dir/kafka-$node.pid" || return 0
    grep -hE ' (ERROR|FATAL) |UnsupportedClassVersion|OutOfMemory|Invalid maximum heap|Address already in use|No space' \
        "$dir/kafka-$node.out" "$dir/kafka-$node.log" 2>/dev/null | tail -3 >&2 || true
    die "Kafka ended while starting; see $dir/kafka-$node.out and $dir/kafka-$node.log"
}
