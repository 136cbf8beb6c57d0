# Reads one xUnit XML report. Prints "PASSED FAILED SKIPPED", and appends to the files `failures` and `skips` what a reader
# needs to know of each failed and each skipped test.
BEGIN { RS = "<" }

function plain(text) {
    gsub(/&lt;/, "<", text)
    gsub(/&gt;/, ">", text)
    gsub(/&quot;/, "\"", text)
    gsub(/&apos;/, "'", text)
    gsub(/&#x[dD];/, "", text)
    gsub(/&#x[aA];/, "\n", text)
    gsub(/&amp;/, "\\&", text)
    # The writer of the report escapes for itself first, then for XML.
    gsub(/\\"/, "\"", text)
    gsub(/\\\\/, "\\", text)
    return text
}

function attribute(name) {
    return match($0, " " name "=\"[^\"]*\"") ? plain(substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4)) : ""
}

function content() {
    return plain(substr($0, index($0, ">") + 1))
}

function indented(text) {
    gsub(/\n *at System\.(Reflection|RuntimeMethodHandle)\.[^\n]*/, "", text)
    gsub(/\n/, "\n    ", text)
    return "    " text
}

/^assembly / {
    assemblies++
    passed += attribute("passed")
    # Errors are failures outside a test, such as a fixture that could not clean up.
    failed += attribute("failed") + attribute("errors")
    skipped += attribute("skipped")
}
/^test / { name = attribute("name") }
/^error / { name = attribute("name") " (" attribute("type") ")" }
/^message[ >]/ { print name "\n" indented(content()) >> failures }
/^stack-trace[ >]/ { print indented(content()) >> failures }
/^reason[ >]/ {
    reason = content()
    gsub(/\n/, " ", reason)
    print name ": " reason >> skips
}
END {
    if (!assemblies) exit 1
    print passed + 0, failed + 0, skipped + 0
}
