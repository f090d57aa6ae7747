"""Why no data comes: `sro doctor` compares manifests with what a cluster made of them. It only reads.

`cluster.py` asks kubectl and the servers, the other modules judge what was answered.
"""
