"""What the hub relies on in the broker and in Faust, proved on the real ones."""
