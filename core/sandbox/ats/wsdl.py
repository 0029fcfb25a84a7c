"""Mendix ATS: the description of each service, as a published web service gives it at `?wsdl`."""

import html
from typing import Final

from core.sandbox.ats.schema import Field, Service
from core.sandbox.ats.soap import MENDIX

_TEXT: Final = "xs:string"
_STARTED: Final = (("Started", "xs:boolean"), ("ErrorMessage", _TEXT), ("JobID", _TEXT))
_STATE: Final = (("ExecutionStatus", _TEXT), ("ExecutionResult", _TEXT), ("ErrorMessage", _TEXT))
_FLAGS: Final = (("Canceled", "xs:boolean"), ("Warning", "xs:boolean"))
_COUNTS: Final = (("CountPassed", "xs:long"), ("CountNotExecuted", "xs:long"), ("CountFailed", "xs:long"))
_CASE: Final = (("Name", _TEXT), ("Result", _TEXT), ("Duration", _TEXT), ("ErrorMessage", _TEXT))


def describe(service: Service, address: str, *, old: bool) -> str:
    """Write the WSDL of a service at an address. `old`: the server is older than 2.11.2."""
    fields = [_asked(field) for field in service.fields if not (old and field.late)]
    request = _holding(service.record, "".join(fields))
    state = _plain(_STATE) + ("" if old else _blocks())
    answer = _holding(service.answer, state if service.answer == "TestRun" else _plain(_STARTED))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:tns="{MENDIX}" targetNamespace="{MENDIX}">
  <wsdl:types>
    <xs:schema targetNamespace="{MENDIX}" elementFormDefault="unqualified">
      <xs:element name="authentication">{_sequence(_plain((("username", _TEXT), ("password", _TEXT))))}</xs:element>
      <xs:element name="{service.element}">{request}</xs:element>
      <xs:element name="{service.element}Response">{answer}</xs:element>
    </xs:schema>
  </wsdl:types>
  <wsdl:message name="header"><wsdl:part name="authentication" element="tns:authentication"/></wsdl:message>
  <wsdl:message name="request"><wsdl:part name="parameters" element="tns:{service.element}"/></wsdl:message>
  <wsdl:message name="answer"><wsdl:part name="parameters" element="tns:{service.element}Response"/></wsdl:message>
  <wsdl:portType name="{service.name}PortType">
    <wsdl:operation name="{service.element}">
      <wsdl:input message="tns:request"/><wsdl:output message="tns:answer"/>
    </wsdl:operation>
  </wsdl:portType>
  <wsdl:binding name="{service.name}Soap" type="tns:{service.name}PortType">
    <soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
    <wsdl:operation name="{service.element}">
      <soap:operation soapAction="" style="document"/>
      <wsdl:input>
        <soap:header message="tns:header" part="authentication" use="literal"/><soap:body use="literal"/>
      </wsdl:input>
      <wsdl:output><soap:body use="literal"/></wsdl:output>
    </wsdl:operation>
  </wsdl:binding>
  <wsdl:service name="{service.name}">
    <wsdl:port name="{service.name}Soap" binding="tns:{service.name}Soap">
      <soap:address location="{html.escape(address)}"/>
    </wsdl:port>
  </wsdl:service>
</wsdl:definitions>
"""


def _blocks() -> str:
    """The blocks that a poll may ask for. Each is wrapped twice, as Mendix wraps associations."""
    flags = _optional("ExecutionFlags", _sequence(_optional("Flags", _sequence(_plain(_FLAGS)))))
    counts = _optional("ExecutionResultBreakdown", _sequence(_optional("ResultBreakdown", _sequence(_plain(_COUNTS)))))
    case = _optional("ExecutionDetailsTestCase", _sequence(_plain(_CASE)), most="unbounded")
    return flags + counts + _optional("ExecutionDetailsPerTestCase", _sequence(case))


def _asked(field: Field) -> str:
    kind = "xs:boolean" if field.boolean else _TEXT
    return f'<xs:element name="{field.name}" type="{kind}" minOccurs="{int(field.required)}" nillable="true"/>'


def _plain(fields: tuple[tuple[str, str], ...]) -> str:
    return "".join(f'<xs:element name="{name}" type="{kind}" minOccurs="0" nillable="true"/>' for name, kind in fields)


def _holding(name: str, inner: str) -> str:
    return _sequence(f'<xs:element name="{name}" nillable="true">{_sequence(inner)}</xs:element>')


def _optional(name: str, inner: str, most: str = "1") -> str:
    return f'<xs:element name="{name}" minOccurs="0" maxOccurs="{most}" nillable="true">{inner}</xs:element>'


def _sequence(inner: str) -> str:
    return f"<xs:complexType><xs:sequence>{inner}</xs:sequence></xs:complexType>"
