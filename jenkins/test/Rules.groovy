import org.codehaus.groovy.ast.ASTNode
import org.codehaus.groovy.ast.ClassCodeVisitorSupport
import org.codehaus.groovy.ast.ClassHelper
import org.codehaus.groovy.ast.ClassNode
import org.codehaus.groovy.ast.MethodNode
import org.codehaus.groovy.ast.expr.ClosureExpression
import org.codehaus.groovy.ast.expr.ConstructorCallExpression
import org.codehaus.groovy.ast.expr.MethodCallExpression
import org.codehaus.groovy.ast.expr.StaticMethodCallExpression
import org.codehaus.groovy.classgen.GeneratorContext
import org.codehaus.groovy.control.CompilePhase
import org.codehaus.groovy.control.SourceUnit
import org.codehaus.groovy.control.customizers.CompilationCustomizer
import org.codehaus.groovy.syntax.SyntaxException

/**
 * What Jenkins' transformation of pipelines needs, checked on the syntax tree of the library.
 *
 * In `src`: all methods are @NonCPS (they call no steps), without closures, of serializable classes. In `vars`: no
 * method is, and a closure is only ever the body of a step. Nowhere is anything made or called that the sandbox of
 * untrusted libraries refuses.
 */
class Rules extends CompilationCustomizer {
    static final List<String> BODIES = ['withEnv', 'withCredentials']
    static final List<String> REFUSED = ['File', 'System', 'Runtime', 'JsonSlurper', 'GroovyShell', 'Eval', 'Thread', 'ProcessBuilder']
    static final List<String> CALLS = ['execute', 'getMetaClass', 'evaluate', 'println', 'getenv', 'exit', 'load']

    Rules() { super(CompilePhase.CANONICALIZATION) }

    @Override
    void call(SourceUnit source, GeneratorContext context, ClassNode type) {
        boolean script = type.script
        if (type.interface || type.name.startsWith('com.cloudbees') || type.name.startsWith('org.jenkinsci')) { return }
        need(source, type, script || type.implementsInterface(ClassHelper.make(Serializable)), "${type.name} is not Serializable")
        for (MethodNode method : type.methods.findAll { !it.synthetic && !(script && it.name in ['main', 'run']) }) {
            boolean nonCps = method.annotations.any { it.classNode.name == 'com.cloudbees.groovy.cps.NonCPS' }
            need(source, method, nonCps != script, "${method.name} ${script ? 'calls steps: no @NonCPS' : 'lacks @NonCPS'}")
            new Visitor(source, script).visitMethod(method)
        }
    }

    static void need(SourceUnit source, ASTNode node, boolean good, String problem) {
        if (!good) { source.addError(new SyntaxException("Rule: ${problem}".toString(), node.lineNumber, node.columnNumber)) }
    }

    static class Visitor extends ClassCodeVisitorSupport {
        private final SourceUnit source
        private final boolean script
        private final Set bodies = [] as Set

        Visitor(SourceUnit source, boolean script) {
            this.source = source
            this.script = script
        }

        @Override
        protected SourceUnit getSourceUnit() { source }

        @Override
        void visitMethodCallExpression(MethodCallExpression call) {
            need(source, call, !(call.methodAsString in CALLS), "calls ${call.methodAsString}")
            need(source, call, !(call.objectExpression.text.tokenize('.')[-1] in REFUSED), "uses ${call.objectExpression.text}")
            if (script && call.implicitThis && call.methodAsString in BODIES) { bodies << call.arguments.expressions[-1] }
            super.visitMethodCallExpression(call)
        }

        @Override
        void visitStaticMethodCallExpression(StaticMethodCallExpression call) {
            need(source, call, !(call.ownerType.nameWithoutPackage in REFUSED), "uses ${call.ownerType.name}")
            super.visitStaticMethodCallExpression(call)
        }

        @Override
        void visitConstructorCallExpression(ConstructorCallExpression call) {
            need(source, call, !(call.type.nameWithoutPackage in REFUSED), "makes ${call.type.name}")
            super.visitConstructorCallExpression(call)
        }

        @Override
        void visitClosureExpression(ClosureExpression closure) {
            need(source, closure, closure in bodies, "a closure that is no step's body")
            super.visitClosureExpression(closure)
        }
    }
}
