# Asks Mail::SPF: one case a line on standard input (address, MAIL FROM, HELO, by tabs), its result and explanation a line on standard output, by a tab.
use strict;
use warnings;
use Mail::SPF;
use Net::DNS;

my ($server, $port, $voids) = @ARGV;
my $resolver = Net::DNS::Resolver->new(nameservers => [$server], port => $port, recurse => 1);
my $judge = Mail::SPF::Server->new(dns_resolver => $resolver, max_void_dns_lookups => $voids,
    default_authority_explanation => 'DEFAULT', hostname => 'unknown');
$| = 1;
while (my $line = <STDIN>) {
    chomp $line;
    my ($address, $mail_from, $helo) = split /\t/, $line;
    my $result = eval {
        my $request = Mail::SPF::Request->new(
            # RFC 7208 2.4: it leaves the null sender to its caller.
            scope => 'mfrom', identity => $mail_from eq '' ? "postmaster\@$helo" : $mail_from, ip_address => $address, helo_identity => $helo);
        $judge->process($request);
    };
    my $code = defined $result ? $result->code : 'died';
    # The explanation of a fail; for other results, why.
    my $told = !defined $result ? $@ : $code eq 'fail' ? eval { $result->authority_explanation } // '' : $result->text;
    $told =~ s/([^\x20-\x7e])/sprintf('\\x%02x', ord $1)/ge;
    print "$code\t$told\n";
}
