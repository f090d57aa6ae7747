// Only marks the folder: the programs are built with the pins of ../prometheus and ../alertmanager (-modfile).
module semantic-router-observability/tests/tools/native

go 1.26.0
