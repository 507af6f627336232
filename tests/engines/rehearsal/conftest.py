# The programs are what rules are tried on; their tests are none of ours.
collect_ignore = ["programs"]
