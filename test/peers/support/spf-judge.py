# Asks pyspf: one case a line on standard input (address, MAIL FROM, HELO, by tabs), its result and explanation a line on standard output, by a tab.
import sys

import spf

server, port = sys.argv[1], int(sys.argv[2])
spf.MAX_VOID_LOOKUPS = int(sys.argv[3])
spf.EXPLANATIONS["fail"] = "DEFAULT"
if spf.DNSLookup.__name__ == "DNSLookup_dnspython":
    import dns.resolver

    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = [server], port
    dns.resolver.default_resolver = resolver
else:
    import DNS

    DNS.defaults["server"], DNS.defaults["port"] = [server], port

for line in sys.stdin:
    address, mail_from, helo = line.rstrip("\n").split("\t")
    try:
        result, told = spf.check2(
            i=address, s=mail_from, h=helo, querytime=0, timeout=10, receiver="unknown"
        )
    except Exception as fault:
        result, told = f"died of {type(fault).__name__}", ""
    # The explanation of a fail; for other results, why.
    print(f"{result}\t{ascii(told)[1:-1]}", flush=True)
