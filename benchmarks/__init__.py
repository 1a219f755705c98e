"""The measured claims, one command each: ratios taken side by side in one run."""
