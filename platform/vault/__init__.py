"""The vault: keys, sealed fields, encrypted files, uploads, malware scans and previews. It knows nothing of cases."""
