"""What a change of manifests does to a running system, by kind of effect: `sro diff`. Pure, but for reading the two sides."""
