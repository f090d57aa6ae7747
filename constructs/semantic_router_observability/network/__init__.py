"""Network policies, made from what the constructs say they send and receive."""
